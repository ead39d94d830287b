package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.Signal;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands whose output begins in the server's record of them, with real processes. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ShortCommandTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  private Path random(int bytes) throws Exception {
    byte[] all = new byte[bytes];
    new Random(bytes).nextBytes(all);
    return Files.write(blaxel.directory.resolve("random-" + bytes), all);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 8194, 9216, 65_536, 1_000_000})
  void bothOutputsAreExactHoweverLongTheyAre(int bytes) throws Exception {
    Path file = random(bytes);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("cat " + file + "; cat " + file + " >&2; exit 7");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(7));
      assertThat(result.stdout().bytes()).isEqualTo(Files.readAllBytes(file));
      assertThat(result.stderr().bytes()).isEqualTo(Files.readAllBytes(file));
      assertThat(Files.exists(blaxel.output())).as("there are files").isEqualTo(bytes > 8192);
    }
    blaxel.assertClean();
  }

  @Test
  void aCommandOfManySmallWritesAcrossTheBoundIsExact() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox.shell("i=0; while [ $i -lt 3000 ]; do echo $i; echo $i >&2; i=$((i+1)); done");

      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < 3000; i++) {
        expected.append(i).append('\n');
      }
      assertThat(result.stdout().text()).isEqualTo(expected.toString());
      assertThat(result.stderr().text()).isEqualTo(expected.toString());
    }
    blaxel.assertClean();
  }

  @Test
  void aCommandOpensNoFileAndItsRecordIsShort() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.shell("echo hi; exit 3").stdout().text()).isEqualTo("hi\n");

      assertThat(blaxel.output()).doesNotExist();
      assertThat(blaxel.requests).noneMatch(line -> line.contains("/filesystem"));
      assertThat(blaxel.requests).filteredOn(line -> line.startsWith("POST")).hasSize(1);
      assertThat(blaxel.processes.records()).singleElement().asString().hasSizeLessThan(1_000);
    }
  }

  /** What is not there yet is asked for again, how often depends on the machine. */
  @Test
  void nothingButTheStartAndTheRecordIsAskedFor() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      blaxel.requests.clear();
      for (int i = 0; i < 20; i++) {
        assertThat(sandbox.exec("true").exit().isSuccess()).isTrue();
      }
      assertThat(blaxel.requests)
          .allMatch(
              line -> line.matches("POST /sbx/process|GET /sbx/(process/sp-[0-9a-f]{32}|health)"));
      assertThat(blaxel.requests).filteredOn(line -> line.startsWith("POST")).hasSize(20);
    }
  }

  @Test
  void aSilentCommandIsSixProcesses() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      CompletableFuture<ExecResult> running =
          sandbox.processes().execAsync(Command.of("sleep", "1000"));
      Patience.until(
          "there are these and the test's own perl",
          () ->
              blaxel.livingOnes().size() == 7
                  && blaxel.processes.records().toString().contains("p.1."));
      running.cancel(false);
      Patience.until("it is stopped", () -> blaxel.livingOnes().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 75, 125, 126, 127, 128, 129, 130, 137, 143, 200, 255})
  void everyCodeIsTheCommandsOwn(int code) {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.shell("exit " + code).exit()).isEqualTo(new ExitStatus.Exited(code));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "KILL", "TERM", "SEGV", "USR1", "ABRT"})
  void aDeathBySignalIsToldFromAnExitWithItsCode(String signal) {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.shell("ulimit -c 0; kill -" + signal + " $$").exit())
          .isEqualTo(new ExitStatus.Signaled(Signal.of(signal)));
    }
  }

  @Test
  void aChildThatHoldsTheOutputKeepsTheCommandGoing() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("(sleep 0.7; echo late) & echo early; exit 4");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(4));
      assertThat(result.stdout().text()).isEqualTo("early\nlate\n");
    }
  }

  @Test
  void aListenerIsShownWhatThereIsBeforeTheEnd() throws Exception {
    Path gate = blaxel.directory.resolve("gate");
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    StringBuilder shown = new StringBuilder();
    OutputListener listener =
        output -> {
          if (shown.isEmpty()) {
            Files.writeString(gate, "go\n"); // or else the command would wait for ever
          }
          shown.append(output.text());
        };
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox.exec(Command.shell("echo first; read -r x <" + gate + "; echo $x"), listener);

      assertThat(shown).hasToString("first\ngo\n");
      assertThat(result.stdout().text()).isEqualTo("first\ngo\n");
    }
  }

  @Test
  void theDeadlineStopsItAndTellsWhatThereWas() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Command command = Command.shell("echo partly; sleep 1000").timeout(Duration.ofSeconds(2));
      assertThatThrownBy(() -> sandbox.processes().exec(command))
          .isInstanceOfSatisfying(
              dev.sandpiper.DeadlineExceededException.class,
              e ->
                  assertThat(e.partialResult().orElseThrow().stdout().text())
                      .isEqualTo("partly\n"));
    }
  }

  @Test
  void oneThatIsKilledWithItsWrapperIsKilledByNobodyKnowsWhatAndItsOutputIsWhole() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("printf last; sleep 0.2; kill -KILL 0");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
      assertThat(result.stdout().text()).isEqualTo("last");
    }
  }

  /** Gives all answers about processes another record. */
  private void alter(String what, UnaryOperator<String> stdout) {
    blaxel.meddle(
        what,
        request -> {
          if (!isLook(request)) {
            return null;
          }
          ObjectNode record = blaxel.processes.recordOf(name(request));
          String before = record.path("stdout").asText();
          String after = stdout.apply(before);
          record.put("stdout", after).put("logs", after);
          return after.equals(before) ? null : ScriptedBlaxel.json(200, record.toString());
        });
  }

  private static boolean isLook(RecordedRequest request) {
    return request.getMethod().equals("GET") && request.getTarget().startsWith("/sbx/process/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(?m)^o 2 .*\n", "(?m)^o 1 .*\n", "(?m)^O\\..*\n", "(?m)^o 3 .*\n"})
  void aLineThatTheLogHasLostIsAGapAndNeverASilentLoss(String lost) throws Exception {
    Path file = random(170); // three lines
    alter("a lost line", text -> text.replaceAll(lost, ""));
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("cat " + file + "; echo e >&2; exit 5");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(5));
      assertThat(result.stdout().isComplete()).isFalse();
      assertThat(result.stderr().text()).isEqualTo("e\n");
    }
  }

  @Test
  void aLineThatIsThereTheNextTimeIsNotMissing() throws Exception {
    Path file = random(170);
    AtomicInteger times = new AtomicInteger();
    alter(
        "a line that comes late",
        text ->
            text.contains("O.1.") && times.incrementAndGet() == 1
                ? text.replaceAll("(?m)^o 2 .*\n", "")
                : text);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.shell("cat " + file).stdout().bytes()).isEqualTo(Files.readAllBytes(file));
    }
  }

  @Test
  void whereTheLogHasNothingTheRecordsExitStandsAndTheOutputIsAGap() {
    alter("a full log", text -> "");
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("echo a; exit 4");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(4));
      assertThat(result.stdout().isComplete()).isFalse();
      assertThat(result.stderr().isComplete()).isFalse();
    }
  }

  @Test
  void moreBytesThanTheWriterCountedAreNotBelieved() {
    String injected = "o 2 " + okio.ByteString.encodeString("forged", US_ASCII).base64() + "\n";
    alter("bytes that nobody wrote", text -> text.replaceAll("(?m)^o 1 .*\n", "$0" + injected));
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.shell("echo a").stdout().isComplete()).isFalse();
    }
  }

  @Test
  void anExitThatIsNotToldIsTheRecordsOwn() {
    alter("a lost exit", text -> text.replaceAll("(?m)^x\\..*\n", ""));
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("echo a; exit 6");
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(6));
      assertThat(result.stdout().text()).isEqualTo("a\n");
    }
  }

  @Test
  void aWriterThatIsKilledIsAGapAndTheExitIsTheCommandsOwn() {
    // Those that have no nonce of a process and read from a pipe of ours.
    String killing =
        "echo a; sleep 0.3; for p in /proc/[0-9]*; do tr '\\0' '\\n' <$p/environ 2>/dev/null"
            + " | grep -q '^SANDPIPER_TEST=$SANDPIPER_TEST$' || continue;"
            + " tr '\\0' '\\n' <$p/environ | grep -q '^SANDPIPER_PROCESS=none$'"
            + " && kill -KILL ${p#/proc/}; done; trap '' PIPE; echo b; exit 3";
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox.shell(
              killing.replace(
                  "'^SANDPIPER_TEST=$SANDPIPER_TEST$'", "\"^SANDPIPER_TEST=$SANDPIPER_TEST\\$\""));

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().isComplete()).isFalse();
    }
  }

  @Test
  void aServerThatIsOutOfReachForAMomentLosesNothing() {
    AtomicInteger count = new AtomicInteger();
    MockResponse bad = ScriptedBlaxel.stream("text/html", "<html>bad gateway</html>");
    blaxel.meddle(
        "a bad gateway",
        request ->
            isLook(request) && count.incrementAndGet() <= 5
                ? bad.newBuilder().code(502).build()
                : null);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.shell("echo a").stdout().text()).isEqualTo("a\n");
    }
  }

  @Test
  void aServerThatStaysOutOfReachIsALostConnection() {
    MockResponse bad = ScriptedBlaxel.stream("text/html", "<html>bad gateway</html>");
    blaxel.meddle(
        "a bad gateway", request -> isLook(request) ? bad.newBuilder().code(502).build() : null);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThatThrownBy(() -> sandbox.exec("true"))
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("unreachable for 2 s");
    }
  }

  /** Has the server seem far away, for what it answers at once. */
  private void moveAway() {
    blaxel.meddle(
        "a long way",
        request ->
            isLook(request)
                ? ScriptedBlaxel.json(200, blaxel.processes.recordOf(name(request)).toString())
                    .newBuilder()
                    .headersDelay(80, TimeUnit.MILLISECONDS)
                    .build()
                : null);
  }

  private static String name(RecordedRequest request) {
    return request.getTarget().substring("/sbx/process/".length());
  }

  private static List<String> lines(RealProcesses blaxel) {
    return blaxel.requests.stream().map(line -> line.replaceAll("sp-.*", "*")).toList();
  }

  @Test
  void onAFarServerAShortCommandIsOneRequest() {
    moveAway();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      sandbox.exec("true");
      List<Integer> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        blaxel.requests.clear();
        assertThat(sandbox.shell("echo a; exit 3").stdout().text()).isEqualTo("a\n");
        requests.add(blaxel.requests.size());
      }
      assertThat(requests).as("more only where one took longer than its wait").contains(1);
    }
  }

  @Test
  void onAFarServerALongerCommandIsAskedForOnceTheWaitIsOver() {
    moveAway();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      sandbox.exec("true");
      blaxel.requests.clear();
      ExecResult result = sandbox.shell("echo a; sleep 1.5; seq 1 3000; exit 3");
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().totalBytes()).isEqualTo(2 + 13_893);
      assertThat(lines(blaxel)).startsWith("POST /sbx/process", "GET /sbx/process/*");
      assertThat(lines(blaxel)).filteredOn(line -> line.startsWith("POST")).hasSize(1);
    }
  }

  @Test
  void aRefusalThatIsCutOffLeavesOpenWhetherACommandRuns() {
    moveAway();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      sandbox.exec("true");
      blaxel.requests.clear();
      MockResponse refusal =
          ScriptedBlaxel.json(422, "{\"error\":\"" + "x".repeat(3_000) + "\"}")
              .newBuilder()
              .onResponseBody(new SocketEffect.CloseSocket())
              .build();
      blaxel.meddle(
          "a refusal that is cut off",
          request -> {
            if (!request.getMethod().equals("POST")) return null;
            blaxel.answerUnheard(request);
            return refusal;
          });
      assertThat(sandbox.shell("echo a; sleep 1.5; exit 3").stdout().text()).isEqualTo("a\n");
      assertThat(lines(blaxel)).filteredOn(line -> line.startsWith("POST")).hasSize(1);
    }
  }

  @Test
  void theServersWaitIsNoSilenceHoweverSoonOtherAnswersAreDue() {
    moveAway();
    try (BlaxelSandbox sandbox = blaxel.sandbox(b -> b.responseLimit(Duration.ofMillis(700)))) {
      sandbox.exec("true");
      blaxel.requests.clear();
      assertThat(sandbox.shell("echo a; sleep 1.5; exit 3").exit())
          .isEqualTo(new ExitStatus.Exited(3));
      assertThat(lines(blaxel)).startsWith("POST /sbx/process", "GET /sbx/process/*");
      assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("adopted"));
    }
  }

  @Test
  void whatKeepsItsSandboxAwakeIsNeverWaitedForByTheServerWhichWouldKillIt() {
    moveAway();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      sandbox.exec("true");
      blaxel.requests.clear();
      BlaxelCommand awake = BlaxelCommand.of(Command.of("true")).keepAlive(Duration.ofMinutes(1));
      assertThat(sandbox.processes().exec(awake).exit().isSuccess()).isTrue();
      assertThat(lines(blaxel)).contains("GET /sbx/process/*");
    }
  }

  @Test
  void aListHoldsOnlyWhatRunsHoweverMuchTheOthersHaveWritten() throws Exception {
    String ended =
        "{\"pid\":\"7\",\"name\":\"a\",\"command\":\"x\",\"status\":\"completed\",\"exitCode\":0,"
            + "\"completedAt\":\"Fri, 20 Nov 2026 17:33:44 GMT\",\"logs\":\""
            + "l".repeat(65_536)
            + "\",\"stdout\":\""
            + "o".repeat(65_536)
            + "\",\"stderr\":\"\"}";
    String running =
        ended.replace("completed\"", "running\"").replace("Fri, 20 Nov 2026 17:33:44 GMT", "");
    String all = "[keepalive]\n[" + (ended + ",").repeat(400) + running + "]"; // 52 MB
    blaxel.meddle(
        "many records",
        request ->
            request.getTarget().equals("/sbx/process") && request.getMethod().equals("GET")
                ? ScriptedBlaxel.json(200, all)
                : null);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(sandbox.processes().list())
          .singleElement()
          .extracting(info -> info.tag().orElse(""))
          .isEqualTo("a");
    }
  }

  @Test
  void aListWorksAfterTenThousandCommands() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      sandbox.exec("true").orThrow();
      String ended = blaxel.processes.records().get(0).toString();
      String running = ended.replaceFirst("\"completedAt\":\"[^\"]*\"", "\"completedAt\":\"\"");
      assertThat(running).isNotEqualTo(ended);
      String all = "[" + (ended + ",").repeat(10_000) + running + "]";
      blaxel.meddle(
          "ten thousand records of quick commands",
          request ->
              request.getTarget().equals("/sbx/process") && request.getMethod().equals("GET")
                  ? ScriptedBlaxel.json(200, all)
                  : null);
      assertThat(sandbox.processes().list()).hasSize(1);
    }
  }

  @Test
  void anotherClientFollowsACommandOfWhichItFindsTheRecord() throws Exception {
    Path gate = blaxel.directory.resolve("gate");
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        BlaxelSandbox other = blaxel.sandbox()) {
      CompletableFuture<ExecResult> running =
          sandbox
              .processes()
              .execAsync(Command.shell("echo first; read -r x <" + gate + "; echo $x; exit 8"));
      Patience.until("it has begun", () -> blaxel.processes.records().toString().contains("o 1 "));
      List<ProcessInfo> all = other.processes().list();
      assertThat(all)
          .singleElement()
          .extracting(info -> info.command().get(0))
          .isEqualTo("/bin/sh");
      try (Process process = other.processes().attach(all.get(0).ref())) {
        Files.writeString(gate, "second\n");
        var out = new java.io.ByteArrayOutputStream();
        var unused = process.transferTo(out, out);
        assertThat(out).hasToString("first\nsecond\n");
        assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(8));
      }
      assertThat(running.get().stdout().text()).isEqualTo("first\nsecond\n");
    }
  }
}
