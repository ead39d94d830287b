package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.BlaxelFault;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How fast output comes by files and by the platform's stream, throttled as the real one is, held
 * against a pipe on this machine in the same run. Prints ratios and asserts none. Not run by {@code
 * verify}: {@code -Dtest=RoutesBenchmark}.
 */
@Timeout(300)
class RoutesBenchmark {
  private static final long MUCH = 100_000_000;
  private static final long LITTLE = 1_000_000;

  @RegisterExtension final LocalClient local = new LocalClient(BlaxelFault.THROTTLE);

  @Test
  void filesAgainstTheStreamAgainstAPipe() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    sandbox.exec("true").orThrow();
    double files = rate(MUCH, sandbox, BlaxelCommand.of(zeros(MUCH)));
    double stream = rate(LITTLE, sandbox, BlaxelCommand.of(zeros(LITTLE)).streamed());
    double pipe = pipe();
    System.out.printf(
        "by files %.1f MB/s, by the stream %.3f MB/s, by a pipe here %.0f MB/s%n",
        files, stream, pipe);
    System.out.printf(
        "files : stream = %.0f : 1, files : pipe = %.3f : 1%n", files / stream, files / pipe);
  }

  /** It lives until all has come, because a dead process's output is not throttled. */
  private static Command zeros(long bytes) {
    return Command.shell("head -c " + bytes + " /dev/zero; sleep " + (bytes == LITTLE ? 16 : 0));
  }

  private static double rate(long bytes, BlaxelSandbox sandbox, BlaxelCommand command)
      throws IOException {
    Counting counting = new Counting();
    long began = System.nanoTime();
    try (Process process = sandbox.processes().start(command)) {
      process.transferTo(counting, counting);
    }
    assertThat(counting.bytes).isEqualTo(bytes);
    return bytes / 1e6 / ((counting.last - began) / 1e9);
  }

  private static double pipe() throws IOException {
    Counting counting = new Counting();
    long began = System.nanoTime();
    java.lang.Process head = new ProcessBuilder("head", "-c", "" + MUCH, "/dev/zero").start();
    head.getInputStream().transferTo(counting);
    return MUCH / 1e6 / ((counting.last - began) / 1e9);
  }

  private static final class Counting extends OutputStream {
    private long bytes;
    private long last;

    @Override
    public void write(int one) {
      write(new byte[1], 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      bytes += length;
      last = System.nanoTime();
    }
  }
}
