package dev.sandpiper.blaxel.process;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.EventBuffer;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.JsonLinesReader;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SseStreamReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one process's stream to its end, on a thread of its own, whether or not somebody takes the
 * events, for which it waits a second in all: a stream that was left behind makes the server write
 * into other answers. A stream that breaks cannot be resumed; then the process's record is asked
 * until it tells the end, and gaps stand for the output.
 */
final class StreamDrain implements Runnable {
  /** Three tails of 64 KiB, escaped twice, fit well. */
  static final int LONGEST_MESSAGE = 16 << 20;

  static final String BROKEN =
      "the stream broke, and Blaxel's streams cannot be resumed: what was written from then on";
  static final String ADOPTED = "the answer to the start was cut: nothing of it was streamed";

  private static final Logger log = LoggerFactory.getLogger(StreamDrain.class);
  private static final Duration FIRST_POLL = Duration.ofMillis(50);
  private static final Duration LONGEST_POLL = Duration.ofSeconds(1);

  private final ProcessRef ref;
  private final String name;
  private final @Nullable HttpResponse response;
  private final ExactSandbox sandbox;
  private final EventBuffer events;
  private final StreamMessages messages;
  private final CallScope scope;
  private final ExitJudge judge;

  /**
   * @param response the stream; null for a process that was adopted without one
   */
  StreamDrain(
      ProcessRef ref,
      String name,
      @Nullable HttpResponse response,
      ExactSandbox sandbox,
      EventBuffer events) {
    this.ref = ref;
    this.name = name;
    this.response = response;
    this.sandbox = sandbox;
    this.scope = sandbox.threads().scope();
    this.events = events;
    this.messages = new StreamMessages(name, this::pass);
    this.judge = ExitJudge.of(ref.processId(), name, sandbox, 0, false);
  }

  @Override
  public void run() {
    try {
      follow();
    } catch (SandboxException e) {
      events.fail(e);
    } catch (RuntimeException | Error e) {
      events.fail(new IllegalStateException("the reader of " + ref + " died", e));
      throw e;
    }
  }

  private void follow() {
    if (response == null) {
      followRecord(ADOPTED);
      return;
    }
    Exception fault = null;
    try (response) {
      if (!isRead(response)) {
        return;
      }
    } catch (IOException | ConnectionLostException | DeadlineExceededException e) {
      fault = e;
    }
    ProcessRecord result = messages.result();
    if (result == null) {
      String reason = fault == null ? "its stream ended without its end" : fault.toString();
      log.warn("{}: {}; its record is asked from now on", ref, reason);
      followRecord(BROKEN);
      return;
    }
    if (fault != null) {
      log.warn("{} has ended, and its stream ended badly: {}", ref, fault.toString());
    }
    judge.takeResult(result);
    end();
  }

  private void end() {
    ExitStatus status = requireNonNull(judge.judged());
    log.debug("{} {}", ref, status);
    events.add(new ProcessEvent.Ended(status));
  }

  private void pass(ProcessEvent event) {
    try {
      events.put(event);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      events.add(event); // without waiting for the reader
    }
  }

  /** False if it told why there is no end; who takes the events knows before the rest is read. */
  private boolean isRead(HttpResponse stream) throws IOException {
    try {
      read(stream);
      return true;
    } catch (MalformedStreamException e) {
      if (messages.result() != null) {
        throw e;
      }
      events.fail(new WireFormatException(failure("malformed response: " + e.getMessage()), e));
    } catch (InvalidRequestException | PlatformException e) {
      events.fail(e);
    }
    readOn(stream);
    return false;
  }

  /** The reader is chosen by what the answer says that it is. */
  private void read(HttpResponse stream) throws IOException {
    String type = String.valueOf(stream.contentType()).toLowerCase(Locale.ROOT);
    if (type.startsWith("text/event-stream")) {
      new SseStreamReader(stream.source(), LONGEST_MESSAGE).read(messages::event);
    } else if (type.startsWith("application/x-ndjson")) {
      lines(stream.source());
    } else if (type.startsWith("text/plain")) {
      // A stray keep-alive takes the head's place; an error behind it has no end of line.
      messages.beginsSpoilt();
      lines(Okio.buffer(new WithFinalLineFeed(stream.source())));
    } else {
      throw new MalformedStreamException("expected a stream but got a response of type " + type);
    }
  }

  private void lines(BufferedSource source) throws IOException {
    JsonLinesReader reader = new JsonLinesReader(source, LONGEST_MESSAGE);
    byte[] line;
    while ((line = reader.nextLine()) != null) {
      messages.line(line);
    }
  }

  /** To the end, without finding it. */
  private void readOn(HttpResponse stream) {
    try {
      while (!stream.source().exhausted()) {
        stream.source().skip(stream.source().getBuffer().size());
      }
    } catch (IOException | SandboxException e) {
      log.debug("{}: the rest of its stream: {}", ref, e.toString());
    }
  }

  /** Asks for the record until it tells the end. Output is missing from here on. */
  private void followRecord(String reason) {
    events.add(StreamMessages.gap(Channel.STDOUT, reason));
    events.add(StreamMessages.gap(Channel.STDERR, reason));
    Backoff pauses = new Backoff(FIRST_POLL, LONGEST_POLL);
    long heard = scope.time().nanos();
    while (!events.isDiscarded()) {
      try {
        if (judge.ask(scope)) {
          end();
          return;
        }
        heard = scope.time().nanos();
      } catch (CancelledException e) {
        throw e;
      } catch (SandboxException e) {
        if (scope.time().nanos() - heard > sandbox.patience().toNanos()) {
          throw new ConnectionLostException(
              failure("its stream broke, and its record cannot be had"), ref, e);
        }
      }
      scope.sleep(pauses.next(), failure(""));
    }
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }

  /** Ends the last line of a body that does not. */
  private static final class WithFinalLineFeed extends okio.ForwardingSource {
    private boolean ended;

    WithFinalLineFeed(okio.Source body) {
      super(body);
    }

    @Override
    public long read(okio.Buffer sink, long byteCount) throws IOException {
      long count = ended ? -1 : super.read(sink, byteCount);
      if (count >= 0 || ended) {
        return count;
      }
      ended = true;
      sink.writeByte('\n');
      return 1;
    }
  }
}
