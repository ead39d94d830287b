package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.process.Lease;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Letting go of commands, and going on with them. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactAttachTest {
  private static final String COUNT = "seq 1 2000000; read -r x <gate; seq 2000001 2100000; exit 5";

  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  private static byte[] numbers(int from, int to) {
    StringBuilder all = new StringBuilder();
    for (int i = from; i <= to; i++) {
      all.append(i).append('\n');
    }
    return all.toString().getBytes(UTF_8);
  }

  private void mkfifo() throws Exception {
    String gate = blaxel.directory.resolve("gate").toString();
    assertThat(new ProcessBuilder("mkfifo", gate).start().waitFor()).isZero();
  }

  private void openGate() throws IOException {
    Files.writeString(blaxel.directory.resolve("gate"), "go\n");
  }

  @Test
  void anotherClientGoesOnAtTheByteWhereTheFirstStopped() throws Exception {
    mkfifo();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    String position;
    String ref;
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.shell(COUNT));
        EventStream<ProcessEvent> events = process.events()) {
      while (read.size() < 7 << 20) {
        if (events.next() instanceof Output output) {
          output.writeTo(read);
        }
      }
      position = events.position();
      ref = process.detach().toString();
    }
    openGate();
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().attach(ProcessRef.parse(ref), position);
        EventStream<ProcessEvent> events = process.events()) {
      for (ProcessEvent event : events) {
        if (event instanceof Output output) {
          output.writeTo(read);
        } else {
          assertThat(event).isEqualTo(new Ended(new ExitStatus.Exited(5)));
        }
      }
    }
    assertThat(read.toByteArray()).isEqualTo(numbers(1, 2_100_000));
    blaxel.assertClean();
  }

  @Test
  void attachingBeginsAtTheOldestByteThatIsKept() throws Exception {
    mkfifo();
    ProcessRef ref;
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.shell(COUNT))) {
      ref = process.detach();
    }
    String first = ref.nonce() + ".o.0";
    Patience.until("the first segment is complete", () -> segments(ref).size() > 1);
    Files.delete(blaxel.output().resolve(first));
    openGate();
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().attach(ref);
        EventStream<ProcessEvent> events = process.events()) {
      OutputGap gap = (OutputGap) requireNonNull(events.next());
      assertThat(gap.from()).isEqualTo(OptionalLong.of(0));
      byte[] all = numbers(1, 2_100_000);
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      read.write(all, 0, (int) gap.to().getAsLong());
      for (ProcessEvent event : events) {
        if (event instanceof Output output) {
          output.writeTo(read);
        }
      }
      assertThat(read.toByteArray()).isEqualTo(all);
    }
    blaxel.assertClean();
  }

  private List<String> segments(ProcessRef ref) {
    return blaxel.files().stream().filter(name -> name.startsWith(ref.nonce() + ".o.")).toList();
  }

  @Test
  void detachingGivesTheLeaseBackAtOnce() throws Exception {
    mkfifo();
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.shell("read -r x <gate"))) {
      awaitLease(process.ref(), " 0 0\n");
      ProcessRef ref = process.detach();
      assertThat(lease(ref)).isEqualTo(Lease.GIVEN_BACK + "\n");
      openGate();
      try (Process again = sandbox.processes().attach(ref)) {
        assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(0));
      }
    }
    blaxel.assertClean();
  }

  @Test
  void unclaimedOutputIsBoundedAndTheGapNamesItsBytes() throws Exception {
    long limit = 16 << 20;
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      BlaxelCommand command =
          BlaxelCommand.of(Command.shell("read -r x <gate; seq 1 6000000")).keepOutputBytes(limit);
      mkfifo();
      BlaxelProcess process = sandbox.processes().start(command);
      awaitLease(process.ref(), " 0 0\n");
      ProcessRef ref = process.detach();
      openGate();
      Patience.until(
          "it has ended", () -> blaxel.files().stream().anyMatch(name -> name.contains(".O.")));
      long held = 0;
      for (String name : segments(ref)) {
        held += Files.size(blaxel.output().resolve(name));
      }
      assertThat(held).isBetween(limit - (4 << 20), limit + (4 << 20));

      List<ProcessEvent> events = new ArrayList<>();
      try (Process again = sandbox.processes().attach(ref)) {
        again.events().forEach(events::add);
      }
      OutputGap gap = (OutputGap) events.get(0);
      long end = numbers(1, 6_000_000).length;
      assertThat(gap.to().getAsLong()).isEqualTo(end - held);
      assertThat(events.get(events.size() - 1)).isEqualTo(new Ended(new ExitStatus.Exited(0)));
    }
    blaxel.assertClean();
  }

  private String lease(ProcessRef ref) {
    try {
      return Files.readString(blaxel.output().resolve(ref.nonce() + ".c"));
    } catch (IOException e) {
      return "";
    }
  }

  private void awaitLease(ProcessRef ref, String text) {
    Patience.until("the lease is " + text, () -> lease(ref).endsWith(text));
  }

  /** As fast as it can, or as slowly as it is let. */
  private static byte[] read(Process process, List<OutputGap> gaps, Runnable between) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (ProcessEvent event : process.events()) {
      if (event instanceof Output output) {
        read.writeBytes(output.toByteArray());
      } else if (event instanceof OutputGap gap) {
        gaps.add(gap);
      }
      between.run();
    }
    return read.toByteArray();
  }

  @Test
  void aSecondReaderThatComesAndGoesCostsTheFirstOneNothing() throws Exception {
    mkfifo();
    byte[] all = numbers(1, 6_000_000);
    BlaxelCommand command =
        BlaxelCommand.of(Command.shell("read -r x <gate; seq 1 6000000")).keepOutputBytes(16 << 20);
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        BlaxelSandbox other = blaxel.sandbox();
        Process process = sandbox.processes().start(command)) {
      awaitLease(process.ref(), " 0 0\n");
      openGate();
      Process second = other.processes().attach(process.ref());
      EventStream<ProcessEvent> itsEvents = second.events();
      for (long bytes = 0; bytes < 12 << 20; ) {
        bytes += itsEvents.next() instanceof Output output ? output.size() : 0;
      }
      Patience.until("there is as much as may be", () -> held(process.ref()) >= 16 << 20);
      second.detach();

      List<OutputGap> gaps = new ArrayList<>();
      assertThat(read(process, gaps, () -> {})).isEqualTo(all);
      assertThat(gaps).isEmpty();
    }
    blaxel.assertClean();
  }

  private long held(ProcessRef ref) {
    return segments(ref).stream()
        .mapToLong(name -> blaxel.output().resolve(name).toFile().length())
        .sum();
  }

  @Test
  void aSecondReaderThatIsTooSlowIsToldWhoseTheOutputIs() throws Exception {
    mkfifo();
    byte[] all = numbers(1, 6_000_000);
    BlaxelCommand command =
        BlaxelCommand.of(Command.shell("read -r x <gate; seq 1 6000000; read -r x <gate"))
            .keepOutputBytes(16 << 20);
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        BlaxelSandbox other = blaxel.sandbox();
        Process process = sandbox.processes().start(command)) {
      awaitLease(process.ref(), " 0 0\n");
      Process slow = other.processes().attach(process.ref());
      EventStream<ProcessEvent> itsEvents = slow.events();
      openGate();
      Output first = (Output) requireNonNull(itsEvents.next());
      ByteArrayOutputStream fast = new ByteArrayOutputStream();
      EventStream<ProcessEvent> events = process.events();
      while (fast.size() < all.length) {
        fast.writeBytes(((Output) requireNonNull(events.next())).toByteArray());
      }
      assertThat(fast.toByteArray()).isEqualTo(all);
      openGate();
      assertThat(events.next()).isInstanceOf(Ended.class);

      long position = first.size();
      List<OutputGap> gaps = new ArrayList<>();
      for (ProcessEvent event : (Iterable<ProcessEvent>) () -> itsEvents.iterator()) {
        if (event instanceof Output output) {
          byte[] expected = Arrays.copyOfRange(all, (int) position, (int) position + output.size());
          assertThat(output.toByteArray()).isEqualTo(expected);
          position += output.size();
        } else if (event instanceof OutputGap gap) {
          gaps.add(gap);
          assertThat(gap.from()).hasValue(position);
          position = gap.to().orElseThrow();
        }
      }
      assertThat(position).isEqualTo(all.length);
      assertThat(gaps)
          .isNotEmpty()
          .allSatisfy(gap -> assertThat(gap.reason()).contains("another reader holds the lease"));
      slow.close();
    }
    blaxel.assertClean();
  }

  @Test
  void whatNobodyHoldsAnyMoreIsTheNextReadersToHoldAndToRemove() throws Exception {
    mkfifo();
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        BlaxelSandbox other = blaxel.sandbox()) {
      Process process = sandbox.processes().start(Command.shell("read -r x <gate; exit 3"));
      awaitLease(process.ref(), " 0 0\n");
      ProcessRef ref = process.detach();
      try (Process next = other.processes().attach(ref)) {
        Patience.until("it is held again", () -> lease(ref).endsWith(".1 0 0\n"));
        openGate();
        assertThat(next.waitFor()).isEqualTo(new ExitStatus.Exited(3));
      }
    }
    blaxel.assertClean();
  }

  @Test
  void whatIsOverAndRemovedCannotBeFound() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Process process = sandbox.processes().start(Command.of("true"));
      process.onExit().join();
      process.close();
      sandbox.exec("true");
      assertThatThrownBy(() -> sandbox.processes().attach(process.ref()))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining(blaxel.output() + " has no output of it");
      ProcessRef other = new ProcessRef("blaxel", "sbx-2", "p", "n");
      assertThatThrownBy(() -> sandbox.processes().attach(other))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("another sandbox");
    }
    blaxel.assertClean();
  }
}
