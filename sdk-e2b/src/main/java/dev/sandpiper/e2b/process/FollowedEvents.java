package dev.sandpiper.e2b.process;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectStream;
import dev.sandpiper.e2b.process.EnvdLauncher.Followed;
import dev.sandpiper.e2b.process.ProcessMessage.Reported;
import dev.sandpiper.e2b.process.ProcessMessage.Started;
import dev.sandpiper.engine.CommandEvents;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one process, over a sequence of connections. {@link #cancel} and {@link
 * #mayLoseFinalOutput} may be called from any thread, the other methods only by the reading thread.
 */
final class FollowedEvents implements CommandEvents {
  private static final Logger log = LoggerFactory.getLogger(FollowedEvents.class);

  /** How long the stream may take to end after the end of the process was reported. */
  private static final Duration FINISH_LIMIT = Duration.ofSeconds(1);

  private final ProcessRef ref;
  private final String name;
  private final Gaps gaps;
  private final Reattachment reattachment;
  private final CallScope following;
  private final Reattachment.Attempts attempts; // owned by the reading thread
  private final Deque<ProcessEvent> ready; // owned by the reading thread
  private long heard; // when the last message arrived; owned by the reading thread
  private ConnectStream<ProcessMessage> events; // owned by the reading thread
  private volatile boolean finalOutputMayBeLost;

  /**
   * @param following a scope without a deadline; cancelling it ends the stream
   */
  FollowedEvents(Followed process, Reattachment reattachment, CallScope following) {
    this.ref = process.ref();
    this.name = process.name();
    this.events = process.connection().events();
    this.following = following;
    this.heard = following.time().nanos();
    events.continueIn(following);
    this.gaps = process.gaps();
    this.ready = new ArrayDeque<>(process.first());
    this.reattachment = reattachment;
    this.attempts = reattachment.attempts(following);
  }

  @Override
  public ProcessEvent next() {
    while (ready.isEmpty()) {
      try {
        deliver(read());
      } catch (MalformedStreamException e) {
        String observed = "malformed response: " + e.getMessage();
        throw new WireFormatException(Failure.of("follow", name, observed), e);
      } catch (IOException e) {
        reconnect(e);
      } catch (DeadlineExceededException e) {
        if (reattachment.isOff()) {
          throw e;
        }
        reconnect(e); // the idle limit: no keep-alive, or a message that does not end
      }
    }
    return ready.remove();
  }

  private ProcessEvent read() throws IOException {
    while (true) {
      ProcessMessage message = events.next();
      if (message == null) {
        throw new MalformedStreamException("the stream ended without an end event");
      }
      heard = following.time().nanos();
      if (message instanceof Started) {
        throw new MalformedStreamException("a second start event");
      }
      if (message instanceof Reported reported) {
        return reported.event();
      }
    }
  }

  private void deliver(ProcessEvent event) {
    if (event instanceof Output output) {
      gaps.count(output);
      attempts.progress();
    } else if (event instanceof Ended end) {
      log.debug("{} {}", ref, end.status());
      if (finalOutputMayBeLost) {
        ready.addAll(gaps.here(Gaps.FINAL_OUTPUT));
      }
      finishStream();
    }
    ready.add(event);
  }

  /**
   * Reads the end of the stream. A failure is only logged: the end of the process is known, and an
   * error could make the caller run the command again.
   */
  private void finishStream() {
    try {
      events.finish(following.within(FINISH_LIMIT));
    } catch (IOException | SandboxException e) {
      log.warn("{} has exited, but its stream did not end properly: {}", ref, e.toString());
    }
  }

  private void reconnect(Exception cause) {
    events.close();
    events = reattachment.replace(ref, name, cause, heard, attempts).events();
    events.continueIn(following);
    ready.addAll(gaps.here(Gaps.RECONNECTED));
  }

  /** Reports a gap at the end, because the final output may be lost from now on. */
  void mayLoseFinalOutput() {
    finalOutputMayBeLost = true;
  }

  /** Aborts the stream. Unblocks a blocked reader. Idempotent. */
  @Override
  public void cancel() {
    following.cancel();
  }

  /** Releases the stream. Idempotent. */
  @Override
  public void close() {
    events.close();
  }
}
