package dev.sandpiper.temporal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.worker.WorkerFactory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Through workflows and a worker in this JVM, against Temporal's in-memory server. */
@Timeout(180)
class RunCommandTest {
  /** A command with two descendants, whose numbers it writes down. */
  private static final String FAMILY =
      "sleep 300 & echo $! >>pids; (setsid sleep 300 & echo $! >>pids); echo $$ >>pids;"
          + " mv pids family; echo ready; wait";

  @TempDir static Path directory;
  private static LocalSandboxes local;
  private static SandboxClient blaxel;
  private static SandboxClient e2b;
  private static Temporal temporal;
  private static WorkerFactory factory;

  @BeforeAll
  static void start() {
    local = LocalSandboxes.start();
    blaxel = local.blaxelClient();
    e2b = local.e2bClient();
    temporal = new Temporal();
    factory = WorkerFactory.newInstance(temporal.client);
    WorkerProgram.register(factory, "blaxel", blaxel, directory);
    WorkerProgram.register(factory, "e2b", e2b, directory);
    factory.start();
  }

  @AfterAll
  static void stop() throws Exception {
    factory.shutdownNow();
    factory.awaitTermination(5, SECONDS);
    temporal.stop();
    e2b.close();
    blaxel.close();
    local.close();
  }

  private static Sandbox sandbox(String platform) {
    return (platform.equals("blaxel") ? blaxel : e2b).create(SandboxSpec.standard());
  }

  private static CommandOutcome outcome(WorkflowStub workflow) throws Exception {
    return workflow.getResult(60, SECONDS, CommandOutcome.class);
  }

  private static List<Long> family(Sandbox sandbox) throws Exception {
    Temporal.until("the family runs", () -> sandbox.files().exists("family"));
    return sandbox.files().readText("family").lines().map(Long::valueOf).toList();
  }

  private static void untilGone(List<Long> family) throws Exception {
    assertThat(family).hasSize(3);
    Temporal.until("all are stopped", () -> family.stream().noneMatch(Temporal::runs));
  }

  @ParameterizedTest
  @ValueSource(strings = {"blaxel", "e2b"})
  void aCommandGetsWhatWasAskedForAndItsOutcomeIsWhole(String platform) throws Exception {
    try (Sandbox sandbox = sandbox(platform)) {
      sandbox.files().makeDirectory("in here");
      CommandRequest request =
          CommandRequest.shell(sandbox.id(), "pwd; echo $A; umask; echo bad >&2; exit 114")
              .withDirectory("in here")
              .withEnvironment("A", "x y");
      CommandOutcome outcome = outcome(temporal.start(directory, "kept-" + platform, request, 1));
      String umask = sandbox.shell("umask").outText();
      assertThat(outcome.exitCode()).isEqualTo(114);
      assertThat(outcome.succeeded()).isFalse();
      assertThat(outcome.stdout().text())
          .isEqualTo(sandbox.workingDirectory() + "/in here\nx y\n" + umask);
      assertThat(outcome.stderr().text()).isEqualTo("bad\n");
      assertThat(outcome.stdout().hasGap()).isFalse();
    }
  }

  @Test
  void longOutputIsBoundedInTheOutcomeAndWholeInASink() throws Exception {
    try (Sandbox sandbox = sandbox("blaxel")) {
      CommandRequest request =
          CommandRequest.shell(sandbox.id(), "head -c 3000000 /dev/zero").withCaptureBytes(1000);
      WorkflowStub kept = temporal.start(directory, "kept-blaxel", request, 1);
      WorkflowStub toSink = temporal.start(directory, "sink-blaxel", request, 1);
      KeptOutput stdout = outcome(kept).stdout();
      assertThat(stdout.length()).isEqualTo(3_000_000);
      assertThat(stdout.captured().isComplete()).isFalse();
      assertThat(stdout.captured().head()).hasSize(500);
      assertThat(stdout.hasGap()).isFalse();
      assertThat(outcome(toSink).stdout()).isEqualTo(new KeptOutput("", "", 3_000_000, false));
      Path file = directory.resolve(toSink.getExecution().getWorkflowId()).resolve("STDOUT");
      assertThat(file).hasBinaryContent(new byte[3_000_000]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"blaxel", "e2b"})
  void aCancelledWorkflowStopsTheCommandWithItsDescendants(String platform) throws Exception {
    try (Sandbox sandbox = sandbox(platform)) {
      CommandRequest request = CommandRequest.shell(sandbox.id(), FAMILY);
      WorkflowStub workflow = temporal.start(directory, "kept-" + platform, request, 1);
      List<Long> family = family(sandbox);
      workflow.cancel();
      assertThatThrownBy(() -> outcome(workflow))
          .isInstanceOf(WorkflowFailedException.class)
          .hasRootCauseInstanceOf(CanceledFailure.class);
      untilGone(family);
    }
  }

  @Test
  void aTerminatedWorkflowStopsTheCommandToo() throws Exception {
    try (Sandbox sandbox = sandbox("e2b")) {
      CommandRequest request = CommandRequest.shell(sandbox.id(), FAMILY);
      WorkflowStub workflow = temporal.start(directory, "kept-e2b", request, 1);
      List<Long> family = family(sandbox);
      workflow.terminate("over");
      untilGone(family);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"blaxel", "e2b"})
  void aCommandWhoseTimeIsOverIsStoppedAndTheFailureSaysWhatItWrote(String platform)
      throws Exception {
    try (Sandbox sandbox = sandbox(platform)) {
      CommandRequest request =
          CommandRequest.shell(sandbox.id(), FAMILY).withTimeout(Duration.ofSeconds(4));
      WorkflowStub workflow = temporal.start(directory, "kept-" + platform, request, 1);
      List<Long> family = family(sandbox);
      ApplicationFailure failure = failure(workflow);
      assertThat(failure.getType()).isEqualTo("CommandTimeout");
      assertThat(failure.getDetails().get(CommandOutcome.class).stdout().text())
          .isEqualTo("ready\n");
      untilGone(family);
    }
  }

  @Test
  void whatCannotBeStartedFailsOnceAndSaysWhy() throws Exception {
    try (Sandbox sandbox = sandbox("e2b")) {
      sandbox.files().writeText(".sandpiper-temporal", "in the way");
      CommandRequest request = CommandRequest.of(sandbox.id(), "touch", "ran");
      ApplicationFailure failure = failure(temporal.start(directory, "kept-e2b", request, 600));
      assertThat(failure.getType()).isEqualTo("NotStarted");
      assertThat(failure).hasMessageContaining("home directory of the sandbox must be writable");
      assertThat(sandbox.files().exists("ran")).isFalse();
    }
  }

  @Test
  void aSandboxThatIsGoneIsNotTriedAgain() {
    Sandbox sandbox = sandbox("blaxel");
    sandbox.kill();
    CommandRequest request = CommandRequest.of(sandbox.id(), "true");
    ApplicationFailure failure = failure(temporal.start(directory, "kept-blaxel", request, 600));
    assertThat(failure.getType()).isEqualTo("SandboxNotRunningException");
    sandbox.close();
  }

  private static ApplicationFailure failure(WorkflowStub workflow) {
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> outcome(workflow));
    Throwable ofActivity = requireNonNull(failed.getCause());
    return (ApplicationFailure) requireNonNull(ofActivity.getCause());
  }

  @Test
  void theDocumentShowsTheExample() throws Exception {
    String example =
        Files.readString(Path.of("src/test/java/dev/sandpiper/temporal/DurableBuild.java"));
    String page = Files.readString(Path.of("..", "docs", "temporal.md"));
    List<String> snippets = List.of(page.split("```", -1));
    for (int i : List.of(1, 3)) {
      List<String> lines = snippets.get(i).lines().skip(1).map(String::strip).toList();
      assertThat(lines)
          .hasSizeGreaterThan(1)
          .allSatisfy(line -> assertThat(example).contains(line));
    }
  }

  @Test
  void theExampleBuilds() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    DurableBuild.run(temporal.client, blaxel, new PrintStream(printed, true, UTF_8));
    assertThat(printed.toString(UTF_8)).isEqualTo("exit status 0\ncompiling\ndone\n");
  }
}
