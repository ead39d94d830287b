package dev.sandpiper.temporal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import io.temporal.client.WorkflowStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers in JVMs of their own, killed while their command runs. */
@Timeout(60)
class KilledWorkerTest {
  /** Half of the output comes by itself, the rest when a file says so. */
  private static final String SCRIPT =
      "echo started >>marks; echo $$ >pid; i=1; while [ $i -le 200 ]; do echo line $i; "
          + "if [ $i = 100 ]; then until [ -e go ]; do sleep 0.05; done; else sleep 0.01; fi; "
          + "i=$((i + 1)); done; exit 3";

  private static LocalSandboxes local;
  private static Temporal temporal;
  @TempDir Path directory;

  @BeforeAll
  static void start() throws Exception {
    local = LocalSandboxes.start();
    temporal = new Temporal();
  }

  @AfterAll
  static void stop() throws Exception {
    temporal.close();
    local.close();
  }

  @Test
  void onBlaxelEveryByteArrivesOnce() throws Exception {
    try (SandboxClient client = local.blaxelClient();
        Sandbox one = client.create(SandboxSpec.standard());
        Sandbox two = client.create(SandboxSpec.standard())) {
      Map<String, String> environment = local.blaxelEnvironment();
      Process first = temporal.startWorker(environment, "BLAXEL", directory);
      WorkflowStub sink = temporal.start(WorkerProgram.SINK, request(one), 1);
      WorkflowStub kept = temporal.start(WorkerProgram.KEPT, request(two), 1);
      Path files = directory.resolve(sink.getExecution().getWorkflowId());
      until(() -> size(files.resolve("STDOUT")) > 100 && two.files().exists("marks"));
      Temporal.kill(first);
      Process second = temporal.startWorker(environment, "BLAXEL", directory);
      until(() -> Files.readString(files.resolve("attempts")).lines().count() == 2);
      one.files().writeText("go", "");
      two.files().writeText("go", "");

      CommandOutcome toSink = sink.getResult(30, SECONDS, CommandOutcome.class);
      assertThat(toSink.exitCode()).isEqualTo(3);
      assertThat(toSink.stdout().hasGap()).isFalse();
      assertThat(toSink.stdout().length()).isEqualTo(expected().length());
      assertThat(shown("blaxel, sink", hash(Files.readAllBytes(files.resolve("STDOUT")))))
          .isEqualTo(hash(expected().getBytes(US_ASCII)));
      CommandOutcome inOutcome = kept.getResult(30, SECONDS, CommandOutcome.class);
      assertThat(inOutcome.exitCode()).isEqualTo(3);
      assertThat(shown("blaxel, outcome", hash(inOutcome.stdout().captured().bytes())))
          .isEqualTo(hash(expected().getBytes(US_ASCII)));
      assertThat(one.files().readText("marks")).isEqualTo("started\n");
      assertThat(two.files().readText("marks")).isEqualTo("started\n");
      Temporal.kill(second);
    }
  }

  @Test
  void onE2bWhatNoWorkerReadIsAGap() throws Exception {
    try (SandboxClient client = local.e2bClient();
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Process first = temporal.startWorker(local.e2bEnvironment(), "E2B", directory);
      WorkflowStub workflow = temporal.start(WorkerProgram.SINK, request(sandbox), 1);
      Path files = directory.resolve(workflow.getExecution().getWorkflowId());
      until(() -> size(files.resolve("STDOUT")) > 100);
      Temporal.kill(first);
      Process second = temporal.startWorker(local.e2bEnvironment(), "E2B", directory);
      until(() -> Files.exists(files.resolve("gaps"))); // it is attached
      sandbox.files().writeText("go", "");

      CommandOutcome outcome = workflow.getResult(30, SECONDS, CommandOutcome.class);
      String written = Files.readString(files.resolve("STDOUT"));
      int before = commonPrefix(written, expected());
      String after = written.substring(before);
      assertThat(outcome.exitCode()).isEqualTo(3);
      assertThat(outcome.stdout().hasGap()).isTrue();
      assertThat(outcome.stdout().length()).isEqualTo(written.length());
      assertThat(before).isGreaterThan(100);
      assertThat(after).isNotEmpty();
      assertThat(expected()).endsWith(after);
      assertThat(written.length()).isLessThan(expected().length());
      shown(
          "e2b, sink: " + before + " bytes, a gap, " + after.length() + " of " + expected().length(),
          hash(written.getBytes(US_ASCII)));
      assertThat(sandbox.files().readText("marks")).isEqualTo("started\n");
      Temporal.kill(second);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"BLAXEL", "E2B"})
  void oneThatDiesBetweenTheStartAndItsFirstHeartbeatDoesNotHaveItStartedTwice(String platform)
      throws Exception {
    boolean isBlaxel = platform.equals("BLAXEL");
    Map<String, String> environment = isBlaxel ? local.blaxelEnvironment() : local.e2bEnvironment();
    try (SandboxClient client = isBlaxel ? local.blaxelClient() : local.e2bClient();
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Process first = temporal.startWorker(environment, platform, directory, "halt");
      WorkflowStub workflow = temporal.start(WorkerProgram.KEPT, request(sandbox), 1);
      assertThat(first.waitFor(20, SECONDS)).isTrue();
      assertThat(first.exitValue()).isEqualTo(WorkerProgram.HALTED);
      Process second = temporal.startWorker(environment, platform, directory);
      sandbox.files().writeText("go", "");
      CommandOutcome outcome = workflow.getResult(30, SECONDS, CommandOutcome.class);
      assertThat(sandbox.files().readText("marks")).isEqualTo("started\n");
      assertThat(outcome.stdout().hasGap()).isEqualTo(!isBlaxel);
      if (isBlaxel) {
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(hash(outcome.stdout().captured().bytes()))
            .isEqualTo(hash(expected().getBytes(US_ASCII)));
      }
      Temporal.kill(second);
    }
  }

  @Test
  void aCancelBetweenTwoAttemptsStopsTheCommand() throws Exception {
    try (SandboxClient client = local.e2bClient();
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Process first = temporal.startWorker(local.e2bEnvironment(), "E2B", directory);
      WorkflowStub workflow = temporal.start(WorkerProgram.KEPT, request(sandbox), 600);
      until(() -> sandbox.files().exists("pid"));
      long pid = Long.parseLong(sandbox.files().readText("pid").strip());
      Temporal.kill(first);
      assertThat(ProcessHandle.of(pid)).isPresent();
      Process second = temporal.startWorker(local.e2bEnvironment(), "E2B", directory);
      until(() -> workflow.describe().getRawDescription().getPendingActivities(0).getAttempt() == 2);
      workflow.cancel();
      until(() -> ProcessHandle.of(pid).isEmpty());
      Temporal.kill(second);
    }
  }

  private static CommandRequest request(Sandbox sandbox) {
    return CommandRequest.shell(sandbox.id(), SCRIPT).withDirectory(sandbox.workingDirectory());
  }

  private static String expected() {
    return IntStream.rangeClosed(1, 200)
        .mapToObj(i -> "line " + i + "\n")
        .collect(Collectors.joining());
  }

  private static int commonPrefix(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  private static long size(Path file) throws Exception {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static String hash(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String shown(String what, String hash) {
    System.out.println(what + ": " + hash);
    return hash;
  }

  private static void until(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(25).toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come about");
      }
      Thread.sleep(50);
    }
  }
}
