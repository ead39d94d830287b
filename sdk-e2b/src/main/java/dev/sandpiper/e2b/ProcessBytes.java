package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command writes to its stdout, as a stream that ends when the command does. A gap in it is
 * a failure. What it writes to stderr is kept, up to a bound.
 */
final class ProcessBytes extends InputStream {
  private static final int MOST_COMPLAINT = 4096;

  private final EventStream<ProcessEvent> events;
  private final String operation;
  private final String subject;
  private final ByteArrayOutputStream complaint = new ByteArrayOutputStream();
  private ByteBuffer ready = ByteBuffer.allocate(0);
  private @Nullable ExitStatus exit;
  private boolean hasOutput;

  ProcessBytes(Process process, String operation, String subject) {
    this.events = process.events();
    this.operation = operation;
    this.subject = subject;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (!ready.hasRemaining()) {
      if (exit != null || !advance()) {
        return -1;
      }
    }
    int count = Math.min(length, ready.remaining());
    ready.get(target, offset, count);
    return count;
  }

  private boolean advance() throws IOException {
    try {
      ProcessEvent event = events.next();
      if (event instanceof Output output) {
        take(output);
      } else if (event instanceof OutputGap gap) {
        throw new SandboxIOException(
            new PlatformException(failure("output of the command was lost: " + gap.reason())));
      } else if (event instanceof Ended ended) {
        exit = ended.status();
      }
      return event != null;
    } catch (SandboxException e) {
      throw new SandboxIOException(e);
    }
  }

  private void take(Output output) {
    if (output.channel() != Channel.STDERR) {
      ready = output.asByteBuffer();
      hasOutput |= ready.hasRemaining();
    } else if (complaint.size() < MOST_COMPLAINT) {
      byte[] bytes = output.toByteArray();
      complaint.write(bytes, 0, Math.min(bytes.length, MOST_COMPLAINT - complaint.size()));
    }
  }

  /** Throws the rest away. */
  void readToEnd() throws IOException {
    byte[] rest = new byte[8192];
    while (read(rest) >= 0) {
      // read and forgotten
    }
  }

  /**
   * Why the command's output is not all there should be; empty if it ended well, or has not yet.
   */
  Optional<SandboxException> complaint() {
    ExitStatus status = exit;
    if (status == null || status.isSuccess()) {
      return Optional.empty();
    }
    String said = complaint.toString(UTF_8).strip();
    return Optional.of(new PlatformException(failure("tar ended with " + status + ": " + said)));
  }

  /** True if the command gave up by itself before it wrote anything. */
  boolean neverBegan() {
    return exit instanceof ExitStatus.Exited && !exit.isSuccess() && !hasOutput;
  }

  /** What the command said on its stderr, line by line, although it ended well. */
  List<String> warnings() {
    return complaint.toString(UTF_8).lines().filter(line -> !line.isBlank()).toList();
  }

  private Failure failure(String observed) {
    return Failure.of(operation, subject, observed);
  }

  @Override
  public void close() {
    events.close();
  }
}
