package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a command may leave on its sandbox's disk, however much it writes. */
@Timeout(600)
class BoundedOutputTest {
  /** 64 MiB of each output, and a segment. */
  private static final long MOST = (64 << 20) + (4 << 20);

  private static final long LITTLE = 200L << 20;
  private static final long LITTLE_LINES = 200_000_000;
  private static final long MUCH = 10L << 30;

  @RegisterExtension final LocalClient local = new LocalClient();

  @Test
  void whatNobodyReadsIsBounded() throws Exception {
    unreadIsBounded("head -c " + LITTLE + " /dev/zero", LITTLE);
  }

  @Test
  void whatSomebodyReadsIsBoundedAndWhole() throws Exception {
    readIsBounded(LITTLE);
  }

  @Test
  @EnabledIfSystemProperty(named = "sandpiper.large", matches = "true")
  void tenGigabytesThatNobodyReadsAreBounded() throws Exception {
    unreadIsBounded("head -c " + MUCH + " /dev/zero", MUCH);
  }

  @Test
  @EnabledIfSystemProperty(named = "sandpiper.large", matches = "true")
  void singleLinesThatNobodyReadsAreBounded() throws Exception {
    unreadIsBounded("perl -e '$| = 1; print \"x\\n\" for 1 .. 100_000_000'", LITTLE_LINES);
  }

  @Test
  @EnabledIfSystemProperty(named = "sandpiper.large", matches = "true")
  void tenGigabytesThatSomebodyReadsAreBoundedAndWhole() throws Exception {
    readIsBounded(MUCH);
  }

  private void unreadIsBounded(String script, long bytes) throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    ProcessRef ref;
    try (Process process = sandbox.processes().start(Command.shell("sleep 0.5; " + script))) {
      ref = process.detach();
    }
    AtomicLong most = new AtomicLong();
    List<ProcessEvent> events = new ArrayList<>();
    try (Watching watching = new Watching(most)) {
      LocalBlaxel.eventually(() -> local.files().stream().anyMatch(name -> name.contains(".x.")));
      try (Process process = sandbox.processes().attach(ref)) {
        process.events().forEach(events::add);
      }
      assertThat(watching.isRunning()).isTrue();
    }
    assertThat(most.get()).isBetween(MOST / 2, MOST);
    OutputGap gap = (OutputGap) events.get(0);
    assertThat(gap.from()).hasValue(0);
    assertThat(gap.to().getAsLong()).isBetween(bytes - MOST, bytes - MOST / 2);
    assertThat(events.get(events.size() - 1))
        .isEqualTo(new ProcessEvent.Ended(new ExitStatus.Exited(0)));
  }

  private void readIsBounded(long bytes) throws Exception {
    AtomicLong most = new AtomicLong();
    AtomicLong read = new AtomicLong();
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int one) {
            read.incrementAndGet();
          }

          @Override
          public void write(byte[] all, int offset, int length) {
            read.addAndGet(length);
          }
        };
    try (Watching watching = new Watching(most);
        Process process =
            local.sandbox().processes().start(Command.shell("head -c " + bytes + " /dev/zero"))) {
      process.transferTo(counting, counting);
      assertThat(watching.isRunning()).isTrue();
    }
    assertThat(read.get()).isEqualTo(bytes);
    assertThat(most.get()).isBetween(1L, MOST);
  }

  /** Weighs the files while something happens. */
  private final class Watching implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final Thread thread;

    Watching(AtomicLong most) {
      thread =
          new Thread(
              () -> {
                while (!over.get()) {
                  most.accumulateAndGet(weight(), Math::max);
                  LockSupport.parkNanos(5_000_000);
                }
              },
              "weighing");
      thread.start();
    }

    boolean isRunning() {
      return thread.isAlive();
    }

    private long weight() {
      try {
        long weight = 0;
        for (String name : local.files()) {
          Path file = local.directory().resolve("out").resolve(name);
          weight += name.contains(".o.") ? file.toFile().length() : 0;
        }
        return weight;
      } catch (IOException e) {
        return 0; // one vanished while it was listed
      }
    }

    @Override
    public void close() {
      over.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
