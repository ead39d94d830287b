package dev.sandpiper.temporal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.temporal.WorkerProgram.LostProgress;
import dev.sandpiper.testkit.LocalSandboxes;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.WorkflowStub;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.failure.ApplicationFailure;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
@Timeout(180)
class KilledWorkerTest {
  /**
   * Half of the output comes by itself, a quarter once it may go on unread, the rest at the end.
   */
  private static final String SCRIPT =
      "echo $$ >pid; echo started >>marks; i=1; while [ $i -le 200 ]; do echo line $i; case $i in "
          + "100) until [ -e unread ] || [ -e go ]; do sleep 0.05; done ;; "
          + "150) echo >written; until [ -e go ]; do sleep 0.05; done ;; "
          + "*) sleep 0.01 ;; esac; i=$((i + 1)); done; exit 3";

  private static final String EXPECTED =
      IntStream.rangeClosed(1, 200).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());

  private static LocalSandboxes local;
  private static SandboxClient blaxel;
  private static SandboxClient e2b;
  private static Temporal temporal;
  @TempDir Path directory;

  @BeforeAll
  static void start() throws Exception {
    local = LocalSandboxes.start();
    blaxel = local.blaxelClient();
    e2b = local.e2bClient();
    temporal = new Temporal();
  }

  @AfterAll
  static void stop() throws Exception {
    temporal.stop();
    e2b.close();
    blaxel.close();
    local.close();
  }

  @Test
  void whatItHasStartedGoesOnInAnother() throws Exception {
    try (Sandbox one = blaxel.create(SandboxSpec.standard());
        Sandbox two = blaxel.create(SandboxSpec.standard());
        Sandbox three = e2b.create(SandboxSpec.standard())) {
      Process first = temporal.startWorker(local, directory);
      WorkflowStub toSink = temporal.start(directory, "sink-blaxel", request(one), 1);
      WorkflowStub kept = temporal.start(directory, "kept-blaxel", request(two), 1);
      WorkflowStub lossy = temporal.start(directory, "sink-e2b", request(three), 1);
      Temporal.until("output has come", () -> output(toSink).length() > 100);
      Temporal.until("the other has begun", () -> two.files().exists("marks"));
      Temporal.until("output has come from E2B", () -> output(lossy).length() > 100);
      Temporal.kill(first);
      for (Sandbox sandbox : List.of(one, two, three)) {
        sandbox.files().writeText("unread", "");
        Temporal.until("it goes on unread", () -> sandbox.files().exists("written"));
      }
      Process second = temporal.startWorker(local, directory);
      Temporal.until(
          "another attempt has begun", () -> note(toSink, "attempts").lines().count() > 1);
      Temporal.until("it is attached at E2B", () -> !note(lossy, "gaps").isEmpty());
      for (Sandbox sandbox : List.of(one, two, three)) {
        sandbox.files().writeText("go", "");
      }
      everyByteCameOnce(toSink);
      everyByteIsInTheOutcome(kept);
      whatNoWorkerReadIsAGap(lossy);
      for (Sandbox sandbox : List.of(one, two, three)) {
        assertThat(sandbox.files().readText("marks")).isEqualTo("started\n");
      }
      Temporal.kill(second);
    }
  }

  private void everyByteCameOnce(WorkflowStub workflow) throws Exception {
    CommandOutcome outcome = workflow.getResult(60, SECONDS, CommandOutcome.class);
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.stdout().hasGap()).isFalse();
    assertThat(outcome.stdout().length()).isEqualTo(EXPECTED.length());
    assertThat(hash("blaxel, sink", output(workflow))).isEqualTo(hash("expected", EXPECTED));
  }

  private static void everyByteIsInTheOutcome(WorkflowStub workflow) throws Exception {
    CommandOutcome outcome = workflow.getResult(60, SECONDS, CommandOutcome.class);
    assertThat(outcome.exitCode()).isEqualTo(3);
    String kept = new String(outcome.stdout().captured().bytes(), US_ASCII);
    assertThat(hash("blaxel, outcome", kept)).isEqualTo(hash("expected", EXPECTED));
  }

  private void whatNoWorkerReadIsAGap(WorkflowStub workflow) throws Exception {
    CommandOutcome outcome = workflow.getResult(60, SECONDS, CommandOutcome.class);
    String written = output(workflow);
    int before = commonPrefix(written, EXPECTED);
    String after = written.substring(before);
    hash("e2b, sink: " + before + " bytes, a gap, " + after.length(), written);
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.stdout().hasGap()).isTrue();
    assertThat(outcome.stdout().length()).isEqualTo(written.length());
    assertThat(before).isGreaterThan(100);
    assertThat(EXPECTED).endsWith(after);
    assertThat(written).contains("line 151\n").doesNotContain("line 150\n");
    assertThat(written.length()).isLessThan(EXPECTED.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"blaxel", "e2b"})
  void diesBeforeItsFirstHeartbeatAndStillNothingIsStartedTwice(String platform) throws Exception {
    boolean isBlaxel = platform.equals("blaxel");
    try (Sandbox sandbox = (isBlaxel ? blaxel : e2b).create(SandboxSpec.standard())) {
      Process first = temporal.startWorker(local, directory, "halt");
      WorkflowStub workflow = temporal.start(directory, "kept-" + platform, request(sandbox), 1);
      assertThat(first.waitFor(60, SECONDS)).isTrue();
      assertThat(first.exitValue()).isEqualTo(WorkerProgram.HALTED);
      assertThat(attempt(workflow).getHeartbeatDetails().toString()).doesNotContain(sandbox.id());
      WorkerFactory second = workerHere(platform);
      Temporal.until("the second has begun", () -> attempt(workflow).getAttempt() > 1);
      sandbox.files().writeText("go", "");
      CommandOutcome outcome = workflow.getResult(60, SECONDS, CommandOutcome.class);
      assertThat(sandbox.files().readText("marks")).isEqualTo("started\n");
      assertThat(outcome.stdout().hasGap()).isEqualTo(!isBlaxel);
      if (isBlaxel) {
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.stdout().text()).isEqualTo(EXPECTED);
      }
      second.shutdownNow();
    }
  }

  @Test
  void aCancelBetweenTwoAttemptsStopsWhatItHasStarted() throws Exception {
    try (Sandbox sandbox = e2b.create(SandboxSpec.standard())) {
      Process first = temporal.startWorker(local, directory);
      WorkflowStub workflow = temporal.start(directory, "kept-e2b", request(sandbox), 600);
      Temporal.until("it has begun", () -> sandbox.files().exists("marks"));
      long pid = sandbox.files().readText("pid").strip().transform(Long::parseLong);
      Temporal.kill(first);
      assertThat(Temporal.runs(pid)).isTrue();
      Temporal.until("the next attempt is far", () -> attempt(workflow).getAttempt() > 1);
      workflow.cancel();
      WorkerFactory another = workerHere("e2b");
      Temporal.until("it is stopped", () -> !Temporal.runs(pid));
      another.shutdownNow();
    }
  }

  @Test
  void itsCommandIsStoppedInTimeWithoutAWorkerAndTheNextOneSaysSo() throws Exception {
    try (Sandbox sandbox = blaxel.create(SandboxSpec.standard())) {
      WorkerFactory first = workerHere("blaxel");
      CommandRequest request = request(sandbox).withTimeout(Duration.ofSeconds(8));
      WorkflowStub workflow = temporal.start(directory, "kept-blaxel", request, 1);
      Temporal.until("it has begun", () -> sandbox.files().exists("marks"));
      long pid = sandbox.files().readText("pid").strip().transform(Long::parseLong);
      first.shutdownNow();
      first.awaitTermination(5, SECONDS);
      assertThat(Temporal.runs(pid)).isTrue();
      Temporal.until("the sandbox has stopped it", () -> !Temporal.runs(pid));
      WorkerFactory second = workerHere("blaxel");
      assertThatThrownBy(() -> workflow.getResult(60, SECONDS, CommandOutcome.class))
          .rootCause()
          .isInstanceOfSatisfying(
              ApplicationFailure.class,
              failure -> assertThat(failure.getType()).isEqualTo("CommandTimeout"));
      assertThat(sandbox.files().readText("marks")).isEqualTo("started\n");
      second.shutdownNow();
    }
  }

  @Test
  void aMarkThatCannotBeReadIsAnUnknownStartAndNothingIsStartedAgain() throws Exception {
    try (Sandbox sandbox = e2b.create(SandboxSpec.standard())) {
      AtomicInteger lost = new AtomicInteger();
      WorkerFactory first = workerHere("e2b", new LostProgress(lost::incrementAndGet));
      WorkflowStub workflow = temporal.start(directory, "kept-e2b", request(sandbox), 1);
      Temporal.until("progress was lost", () -> lost.get() > 0);
      first.shutdownNow();
      first.awaitTermination(5, SECONDS);
      String spoil = "for mark in \"$1\"/.sandpiper-temporal/*/*; do echo spoilt >\"$mark\"; done";
      sandbox.exec("sh", "-c", spoil, "sh", sandbox.homeDirectory()).orThrow();
      WorkerFactory second = workerHere("e2b");
      assertThatThrownBy(() -> workflow.getResult(60, SECONDS, CommandOutcome.class))
          .rootCause()
          .isInstanceOfSatisfying(
              ApplicationFailure.class,
              failure -> assertThat(failure.getType()).isEqualTo("StartUnknown"));
      assertThat(sandbox.files().readText("marks")).isEqualTo("started\n");
      second.shutdownNow();
    }
  }

  private WorkerFactory workerHere(String platform, WorkerInterceptor... interceptors) {
    WorkerFactory worker =
        WorkerFactory.newInstance(
            temporal.client,
            WorkerFactoryOptions.newBuilder().setWorkerInterceptors(interceptors).build());
    WorkerProgram.register(worker, platform, platform.equals("e2b") ? e2b : blaxel, directory);
    worker.start();
    return worker;
  }

  private static PendingActivityInfo attempt(WorkflowStub workflow) {
    return workflow.describe().getRawDescription().getPendingActivities(0);
  }

  private static CommandRequest request(Sandbox sandbox) {
    return CommandRequest.shell(sandbox.id(), SCRIPT).withDirectory(sandbox.workingDirectory());
  }

  private String output(WorkflowStub workflow) throws Exception {
    return note(workflow, "STDOUT");
  }

  /** Of the sink's files; empty if it has none of this name. */
  private String note(WorkflowStub workflow, String name) throws Exception {
    Path file = directory.resolve(workflow.getExecution().getWorkflowId()).resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private static int commonPrefix(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  private static String hash(String what, String text) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(US_ASCII));
    String hash = HexFormat.of().formatHex(digest);
    System.out.println(what + ": SHA-256 " + hash);
    return hash;
  }
}
