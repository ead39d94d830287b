package dev.sandpiper.blaxel;

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
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.JsonLinesReader;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SseStreamReader;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one process's stream to its end, on a thread of its own, whether or not somebody takes the
 * events: a stream that was left behind makes the server write into other answers. A stream that
 * breaks cannot be resumed; then the process's record is asked until it tells the end, and gaps
 * stand for the output.
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
  private final ProcessApi api;
  private final StreamedEvents events;
  private final Waits waits;
  private final StreamMessages messages;
  private volatile @Nullable ProcessDetails last;

  /**
   * @param response the stream; null for a process that was adopted without one
   */
  StreamDrain(
      ProcessRef ref,
      String name,
      @Nullable HttpResponse response,
      ProcessApi api,
      StreamedEvents events,
      Waits waits) {
    this.ref = ref;
    this.name = name;
    this.response = response;
    this.api = api;
    this.events = events;
    this.waits = waits;
    this.messages = new StreamMessages(name, events::put);
  }

  /** The record with which it ended; null while it has not. */
  @Nullable ProcessDetails ended() {
    return last;
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
      followRecord(ADOPTED, null);
      return;
    }
    try (response) {
      if (!isRead(response)) {
        return;
      }
    } catch (IOException | ConnectionLostException | DeadlineExceededException e) {
      lost(e);
      return;
    }
    ProcessDetails result = messages.result();
    if (result == null) {
      lost(new EOFException("the stream ended without the end of the process"));
    } else {
      end(result, result.exit().orElseThrow());
    }
  }

  private void end(ProcessDetails record, ExitStatus status) {
    last = record;
    log.debug("{} {}", ref, status);
    events.put(new ProcessEvent.Ended(status));
  }

  private void lost(Exception cause) {
    ProcessDetails result = messages.result();
    if (result != null) {
      log.warn("{} has ended, and its stream ended badly: {}", ref, cause.toString());
      end(result, result.exit().orElseThrow());
    } else {
      log.warn("{}: {}; its record is asked from now on", ref, cause.toString());
      followRecord(BROKEN, cause);
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
      events.fail(new WireFormatException(failure("the sandbox sent " + e.getMessage()), e));
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
      throw new MalformedStreamException("an answer of type " + type + " instead of a stream");
    }
  }

  private void lines(BufferedSource source) throws IOException {
    JsonLinesReader reader = new JsonLinesReader(source, LONGEST_MESSAGE);
    byte[] line;
    while ((line = reader.nextLine()) != null) {
      messages.line(line);
    }
  }

  /** To the end, in vain. */
  private void readOn(HttpResponse stream) {
    try {
      while (!stream.source().exhausted()) {
        stream.source().skip(stream.source().getBuffer().size());
      }
    } catch (IOException | SandboxException e) {
      log.debug("{}: the rest of its stream: {}", ref, e.toString());
    }
  }

  /**
   * Asks for the record until it tells the end.
   *
   * @param reason why output is missing from here on; null if none is
   */
  void followRecord(@Nullable String reason, @Nullable Exception cause) {
    if (reason != null) {
      events.put(StreamMessages.gap(Channel.STDOUT, reason));
      events.put(StreamMessages.gap(Channel.STDERR, reason));
    }
    Duration pause = FIRST_POLL;
    long unseenSince = System.nanoTime();
    while (!events.isAbandoned()) {
      Exception problem = cause;
      try {
        Optional<ProcessDetails> found = api.find("follow", ref.processId());
        if (found.isPresent() && found.get().exit().isPresent()) {
          end(found.get(), judged(found.get().exit().get()));
          return;
        }
        if (found.isPresent()) {
          unseenSince = System.nanoTime();
        }
      } catch (CancelledException e) {
        throw e;
      } catch (SandboxException e) {
        problem = e;
      }
      if (System.nanoTime() - unseenSince > waits.lost().toNanos()) {
        throw new ConnectionLostException(
            failure("its stream broke, and its record cannot be had"), ref, problem);
      }
      pause(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_POLL) > 0 ? LONGEST_POLL : pause.multipliedBy(2);
    }
  }

  /** A server that has replaced itself cannot know how what it took over has ended. */
  private ExitStatus judged(ExitStatus told) {
    try {
      return api.upgrades(name) == 0
          ? told
          : new ExitStatus.Unreported(
              "the sandbox's server has been upgraded, and may have guessed: " + told);
    } catch (SandboxException e) {
      return new ExitStatus.Unreported(
          "whether the sandbox's server has guessed cannot be known: " + told);
    }
  }

  private void pause(Duration pause) {
    try {
      Waits.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its reader was interrupted"), e);
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
