package dev.sandpiper.testkit.blaxel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.io.OutputStream;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a command may leave in a sandbox, which is memory there, is bounded, whoever reads. */
@Timeout(240)
@ParameterizedClass
@EnumSource(Faults.class)
class HeldOutputTest {
  /** More than twice what may be held; with the profile more than a sandbox's memory may hold. */
  private static final long MUCH =
      Boolean.getBoolean("sandpiper.exhaustive") ? 300_000_000 : 160_000_000;

  private static final long LITTLE = 16 << 20;
  private static final long SEGMENT = 4 << 20;

  /** Standard output's bound, with the segment that is being written, and nothing on the other. */
  private static final long STANDARD = (64 << 20) + 2 * SEGMENT;

  @RegisterExtension final LocalClient local;

  HeldOutputTest(Faults faults) {
    local = faults.client();
  }

  @Test
  void whatIsReadIsExactAndLiesNowhere() throws Exception {
    read(MUCH);
  }

  @Test
  @EnabledIfSystemProperty(named = "sandpiper.large", matches = "true")
  @Timeout(1200)
  void tenGigabytesThatAreReadAreExactAndLieNowhere() throws Exception {
    read(10_000_000_000L);
  }

  private void read(long bytes) throws Exception {
    Counted counted = new Counted();
    try (DirectorySize size = DirectorySize.of(local.output());
        Process process = local.sandbox().processes().start(numbers(bytes))) {
      assertThat(process.transferTo(counted, counted)).isEqualTo(new ExitStatus.Exited(0));
      assertThat(size.most()).isLessThan(STANDARD);
    }
    assertThat(counted.bytes).isEqualTo(bytes);
    assertThat(counted.checksum.getValue()).isEqualTo(checksum(bytes));
  }

  /** The numbers from 1 on, a line each, and no more bytes of them than these. */
  private static Command numbers(long bytes) {
    return Command.shell("seq 1 " + bytes + " | head -c " + bytes);
  }

  private static long checksum(long bytes) throws Exception {
    java.lang.Process here =
        new ProcessBuilder("sh", "-c", "seq 1 " + bytes + " | head -c " + bytes).start();
    Counted counted = new Counted();
    here.getInputStream().transferTo(counted);
    return counted.checksum.getValue();
  }

  @Test
  void whatNobodyReadsIsBoundedAndItsEndIsKept() throws Exception {
    leaveUnread(numbers(MUCH), MUCH, STANDARD);
  }

  @Test
  @EnabledIfSystemProperty(named = "sandpiper.large", matches = "true")
  @Timeout(1200)
  void tenGigabytesThatNobodyReadsAreBounded() throws Exception {
    leaveUnread(numbers(10_000_000_000L), 10_000_000_000L, STANDARD);
  }

  @Test
  void singleLinesThatNobodyReadsAreBounded() throws Exception {
    String lines = "$| = 1; print 'a line of fifteen', $_ % 10, qq(\\n) for 1 .. 1500000";
    leaveUnread(Command.of("perl", "-e", lines), 1_500_000L * 19, LITTLE + 2 * SEGMENT);
  }

  private void leaveUnread(Command command, long bytes, long bound) throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    long kept = bound == STANDARD ? 64 << 20 : LITTLE;
    ProcessRef ref;
    try (DirectorySize size = DirectorySize.of(local.output())) {
      try (Process process =
          sandbox.processes().start(BlaxelCommand.of(command).keepOutputBytes(kept))) {
        ref = process.detach();
      }
      while (!sandbox.processes().list().isEmpty()) {
        Thread.sleep(50); // this test's own limit ends it
      }
      assertThat(size.most()).isGreaterThan(kept / 2).isLessThan(bound);
    }
    try (Process process = sandbox.processes().attach(ref);
        EventStream<ProcessEvent> events = process.events()) {
      OutputGap gap = (OutputGap) requireNonNull(events.next());
      assertThat(gap.from()).isEqualTo(OptionalLong.of(0));
      long position = gap.to().orElseThrow();
      for (ProcessEvent event : events) {
        assertThat(event).isNotInstanceOf(OutputGap.class);
        position += event instanceof Output output ? output.size() : 0;
      }
      assertThat(position).isEqualTo(bytes);
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Test
  void aReaderThatIsSlowerThanTheCommandGetsEveryByte() throws Exception {
    long bytes = 60_000_000;
    Counted counted = new Counted();
    BlaxelCommand command = BlaxelCommand.of(numbers(bytes)).keepOutputBytes(LITTLE);
    try (DirectorySize size = DirectorySize.of(local.output());
        Process process = local.sandbox().processes().start(command)) {
      for (ProcessEvent event : process.events()) {
        assertThat(event).isNotInstanceOf(OutputGap.class);
        if (event instanceof Output output) {
          output.writeTo(counted);
          Thread.sleep(20);
        }
      }
      assertThat(size.most()).isLessThan(LITTLE + 2 * SEGMENT);
    }
    assertThat(counted.bytes).isEqualTo(bytes);
    assertThat(counted.checksum.getValue()).isEqualTo(checksum(bytes));
  }

  private static final class Counted extends OutputStream {
    private final CRC32 checksum = new CRC32();
    private long bytes;

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      checksum.update(from, offset, length);
      bytes += length;
    }
  }
}
