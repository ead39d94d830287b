package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The JVM that runs these tests, with client and servers in it, has a heap of 64 MB. */
class MemoryIsFlatTest extends LocalE2bTest {
  private static final long HUNDRED_MEGABYTES = 100_000_000;
  private static final long ONE_GIBIBYTE = 1L << 30;

  @Test
  void theHeapIsAsSmallAsThisClassSays() {
    assertThat(Runtime.getRuntime().maxMemory()).isLessThanOrEqualTo(64L << 20);
  }

  @Test
  void aHundredMegabytesOfOutputAreCountedAndNotKept() {
    Command command = Command.shell("head -c 100000000 /dev/zero").captureBytes(1 << 20);
    ExecResult result = sandbox.processes().exec(command).orThrow();
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stdout().totalBytes()).isEqualTo(HUNDRED_MEGABYTES);
    assertThat(result.stdout().head()).hasSize(1 << 19);
    assertThat(result.stdout().tail()).hasSize(1 << 19);
  }

  @Test
  void aHundredMegabytesPassThroughAReader() {
    try (Process process =
        sandbox.processes().start(Command.shell("head -c 100000000 /dev/zero"))) {
      long read = 0;
      for (ProcessEvent event : process.events()) {
        read += event instanceof Output output ? output.size() : 0;
      }
      assertThat(read).isEqualTo(HUNDRED_MEGABYTES);
    }
  }

  @Test
  void oneGibibyteGoesUpAndComesDown(@TempDir Path directory) throws IOException {
    sandbox.files().write("big", Content.of(() -> new Zeros(ONE_GIBIBYTE)));
    assertThat(sandbox.exec("wc", "-c", "big").orThrow().stdout().text()).startsWith("1073741824 ");
    Path copy = directory.resolve("copy");
    sandbox.files().download("big", copy);
    assertThat(Files.size(copy)).isEqualTo(ONE_GIBIBYTE);
    sandbox.shell("rm big").orThrow();
  }

  @Test
  @EnabledIfSystemProperty(named = "sandpiper.large", matches = "true")
  void fiveGibibytesGoUpAndComeDown(@TempDir Path directory) throws IOException {
    long size = 5 * ONE_GIBIBYTE;
    sandbox.expireIn(Duration.ofHours(1)); // longer than this takes on a busy machine
    sandbox
        .files()
        .write("big/f", Content.of(() -> new Zeros(size)), WriteOptions.inPlace().atomic());
    assertThat(sandbox.files().stat("big/f").size()).isEqualTo(size);
    Path copy = directory.resolve("copy");
    sandbox.files().download("big/f", copy);
    assertThat(Files.size(copy)).isEqualTo(size);
    Files.delete(copy);
    Path tree = directory.resolve("tree");
    DirectoryOptions options = DirectoryOptions.standard();
    assertThat(sandbox.files().downloadDirectory("big", tree, options).bytes()).isEqualTo(size);
    sandbox.files().delete("big");
    assertThat(sandbox.files().uploadDirectory(tree, "again", options).bytes()).isEqualTo(size);
    assertThat(sandbox.files().stat("again/f").size()).isEqualTo(size);
    sandbox.files().delete("again");
  }

  @Test
  void twoHundredProcessesRunAtOnceInOneSandbox() {
    sandbox.shell("mkfifo go").orThrow();
    List<CompletableFuture<ExecResult>> running = new ArrayList<>();
    String script = "echo $1; touch up-$1; cat go; exit $(($1 % 7))";
    for (int i = 0; i < 200; i++) {
      Command command = Command.of("sh", "-c", script, "sh", Integer.toString(i));
      running.add(sandbox.processes().execAsync(command));
    }
    sandbox.shell("while [ $(ls | grep -c up-) -lt 200 ]; do sleep 0.2; done; : > go").orThrow();
    for (int i = 0; i < 200; i++) {
      ExecResult result = running.get(i).join();
      assertThat(result.stdout().text()).isEqualTo(i + "\n");
      assertThat(result.exit().code()).hasValue(i % 7);
    }
  }

  /** That many zero bytes. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(left, length);
      java.util.Arrays.fill(target, offset, offset + count, (byte) 0);
      left -= count;
      return count;
    }
  }
}
