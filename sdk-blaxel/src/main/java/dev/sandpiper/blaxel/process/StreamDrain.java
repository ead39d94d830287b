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
 * Reads one process's stream to its end, on a thread of its own, even if the events are not read;
 * it waits for their reader a second in total. This is necessary because an abandoned stream makes
 * the server write into other responses. A lost stream cannot be resumed: the process's record is
 * polled until it shows the end, and gaps stand for the output.
 */
final class StreamDrain implements Runnable {
  /** Ample for three tails of 64 KiB, escaped twice. */
  static final int LONGEST_MESSAGE = 16 << 20;

  static final String BROKEN =
      "the stream was lost, and Blaxel's streams cannot be resumed: output from then on";
  static final String ADOPTED = "the response to the start was lost: nothing was streamed";

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
      events.fail(new IllegalStateException("the reader of " + ref + " failed", e));
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
    // Only the record proves the end; without it the stream was truncated, even if the body ended.
    if (result == null) {
      String reason = fault == null ? "its stream ended without an end event" : fault.toString();
      log.warn("{}: {}; polling its record from now on", ref, reason);
      followRecord(BROKEN);
      return;
    }
    if (fault != null) {
      log.warn("{} has exited, but its stream did not end properly: {}", ref, fault.toString());
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

  /**
   * Reads the stream. False if it reported a failure, which is passed on before the rest is read.
   */
  private boolean isRead(HttpResponse stream) throws IOException {
    try {
      read(stream);
      return true;
    } catch (MalformedStreamException e) {
      if (messages.result() != null) {
        throw e; // the end is known: follow() only logs the fault
      }
      events.fail(new WireFormatException(failure("malformed response: " + e.getMessage()), e));
    } catch (InvalidRequestException | PlatformException e) {
      events.fail(e);
    }
    // Read on although nothing is wanted: an abandoned stream corrupts other responses.
    readOn(stream);
    return false;
  }

  /** Chooses the reader by the content type of the response. */
  private void read(HttpResponse stream) throws IOException {
    String type = String.valueOf(stream.contentType()).toLowerCase(Locale.ROOT);
    if (type.startsWith("text/event-stream")) {
      new SseStreamReader(stream.source(), LONGEST_MESSAGE).read(messages::event);
    } else if (type.startsWith("application/x-ndjson")) {
      lines(stream.source());
    } else if (type.startsWith("text/plain")) {
      // A stray keep-alive replaced the headers; an error after it has no line ending.
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

  /** Reads and discards the rest. */
  private void readOn(HttpResponse stream) {
    try {
      while (!stream.source().exhausted()) {
        stream.source().skip(stream.source().getBuffer().size());
      }
    } catch (IOException | SandboxException e) {
      log.debug("{}: the rest of its stream: {}", ref, e.toString());
    }
  }

  /** Polls the record until it shows the end. Output is missing from here on. */
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
              failure("its stream was lost, and its record cannot be read"), ref, e);
        }
      }
      scope.sleep(pauses.next(), failure(""));
    }
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }

  /** Appends a line feed to a body that ends without one. */
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
