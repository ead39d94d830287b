package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Waiting for a process reads its unclaimed output. */
@Needs({Capability.EXIT_STATUS, Capability.BYTES})
interface WaitingCannotHangOnOutput extends Facts {
  ExitStatus DONE = new ExitStatus.Exited(0);
  String TEN_MEGABYTES = "head -c 10000000 /dev/zero";

  @Fact
  default void waitForReadsWhatNobodyClaimed() throws Exception {
    try (Process process = sandbox().processes().start(Command.shell(TEN_MEGABYTES))) {
      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }

  @Fact
  default void onExitCompletesThoughNobodyReads() throws Exception {
    try (Process process = sandbox().processes().start(Command.shell(TEN_MEGABYTES))) {
      assertThat(process.onExit().get(20, TimeUnit.SECONDS)).isEqualTo(DONE);
    }
  }

  @Fact
  default void whatWasNotReadInTimeIsReportedAsAGap() throws Exception {
    try (Process process = sandbox().processes().start(Command.shell(TEN_MEGABYTES))) {
      process.waitFor();
      List<ProcessEvent> events = new ArrayList<>();
      process.events().forEach(events::add);
      OutputGap gap = (OutputGap) events.get(0);
      long read =
          events.stream()
              .filter(Output.class::isInstance)
              .mapToLong(output -> ((Output) output).size())
              .sum();
      assertThat(gap.from()).hasValue(0);
      assertThat(gap.to()).hasValue(10_000_000 - read);
      assertThat(events.get(events.size() - 1)).isEqualTo(new Ended(DONE));
    }
  }

  @Fact
  default void readUntilReadyThenWait() throws Exception {
    try (Process process =
        sandbox().processes().start(Command.shell("echo ready; " + TEN_MEGABYTES + "; exit 3"))) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof Output output && output.text().contains("ready")) {
          break;
        }
      }
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(3));
    }
  }

  @Fact
  default void waitForByAnotherThreadWaitsForTheReader() throws Exception {
    try (Process process = sandbox().processes().start(Command.shell(TEN_MEGABYTES))) {
      var events = process.events();
      CompletableFuture<ExitStatus> waiting = process.onExit();
      assertThat(events.next()).isNotNull();
      assertThat(waiting).isNotDone();
      while (!(events.next() instanceof Ended)) {
        assertThat(process.ref()).isNotNull();
      }
      assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(DONE);
    }
  }

  @Fact
  default void closingTheEventsLetsTheProcessGoOn() throws Exception {
    try (Process process = sandbox().processes().start(Command.shell(TEN_MEGABYTES + "; exit 4"))) {
      var events = process.events();
      assertThat(events.next()).isNotNull();
      events.close();
      assertThat(events.next()).isNull();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(4));
    }
  }

  @Fact
  default void transferToCopiesBothOutputsUntilTheEnd() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (Process process =
        sandbox().processes().start(Command.shell("echo out; echo err >&2; exit 5"))) {
      assertThat(process.transferTo(out, err)).isEqualTo(new ExitStatus.Exited(5));
    }
    assertThat(out).hasToString("out\n");
    assertThat(err).hasToString("err\n");
  }

  @Fact
  default void theOutputHasOneConsumer() {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
      process.events();
      assertThatThrownBy(process::events).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> process.transferTo(System.out, System.err))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Fact
  default void aListenerSeesLinesWhileTheCommandRuns() {
    List<String> lines = new ArrayList<>();
    String script = "echo one; while [ ! -e go ]; do sleep 0.05; done; printf 'two\\nthree'";
    sandbox()
        .processes()
        .exec(
            Command.shell(script),
            dev.sandpiper.OutputListener.lines(
                (channel, line) -> {
                  lines.add(line);
                  if (line.equals("one")) {
                    sandbox().shell("touch go").orThrow();
                  }
                }))
        .orThrow();
    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Fact
  default void aListenerThatThrowsStopsTheCommand() {
    RunningCommands running = new RunningCommands(sandbox());
    RuntimeException mine = new RuntimeException("mine");
    assertThatThrownBy(
            () ->
                sandbox()
                    .processes()
                    .exec(
                        running.script("echo now; sleep 900"),
                        output -> {
                          throw mine;
                        }))
        .isSameAs(mine);
    running.assertStopped();
  }
}
