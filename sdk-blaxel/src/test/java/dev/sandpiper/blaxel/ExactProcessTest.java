package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commands by files, with the real wrapper and real processes. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactProcessTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  @Test
  void execGivesOutputAndExit() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("printf 'a\\nb'; echo e >/dev/stderr; exit 3");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().text()).isEqualTo("a\nb");
      assertThat(result.stderr().text()).isEqualTo("e\n");
    }
    blaxel.assertClean();
  }

  @Test
  void aCommandOnlyStartsOnceAndLooks() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      sandbox.exec("true");
      blaxel.requests.clear();
      assertThat(sandbox.exec("true").exit().isSuccess()).isTrue();

      assertThat(blaxel.requests).filteredOn(line -> line.startsWith("POST")).hasSize(1);
      assertThat(blaxel.requests).noneMatch(line -> line.matches("(PUT|DELETE) .*"));
    }
    blaxel.assertClean();
  }

  @Test
  void everyByteArrivesAsItWas() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox.shell(
              "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; i=$((i+1)); done");

      byte[] all = new byte[256];
      for (int i = 0; i < 256; i++) {
        all[i] = (byte) i;
      }
      assertThat(result.stdout().bytes()).isEqualTo(all);
    }
  }

  @Test
  void everyArgumentArrivesAsItWas() {
    String[] arguments = {
      "", "it's", "$HOME \\ `id` \"", "\n", "two\n\n", "caf\u00e9 \ud83d\ude00"
    };
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      String[] all = new String[arguments.length + 1];
      all[0] = "%s\\0";
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      ExecResult result = sandbox.exec("printf", all);

      assertThat(result.stdout().text()).isEqualTo(String.join("\0", arguments) + "\0");
    }
  }

  @Test
  void whatAShellWouldReadInAnArgumentArrivesAsItIs() throws IOException {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.exec("printf", "%s", "a$b`c`%'\"\\\u00e9\n\n");

      assertThat(result.stdout().text()).isEqualTo("a$b`c`%'\"\\\u00e9\n\n");
    }
  }

  @Test
  void theEnvironmentIsTheCommandsOwn() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Command env = Command.of("env").environment(Map.of("A", "b\nc", "p", "1", "at", "2"));
      String all = sandbox.processes().exec(env).stdout().text();

      assertThat(all).contains("A=b\nc\n", "\np=1\n", "\nat=2\n").doesNotContain("sandpiper_");
    }
  }

  @Test
  void aProgramThatDoesNotExistIs127() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.exec("no-such-program");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(127));
      assertThat(result.stderr().text()).contains("no-such-program");
    }
  }

  @Test
  void bothOutputsAreOneIfAsked() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox
              .processes()
              .exec(Command.shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2").mergeErrors());

      assertThat(result.stdout().text()).isEqualTo("1\n2\n3\n4\n");
      assertThat(result.stderr().totalBytes()).isZero();
    }
  }

  @Test
  void muchIsExactToTheByte() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process =
            sandbox
                .processes()
                .start(Command.shell("seq 1 9000000; seq 1 9000000 | sha256sum >&2"))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      var told = new java.io.ByteArrayOutputStream();
      long began = System.nanoTime();
      process.transferTo(new Digesting(digest), told);

      assertThat(told.toString(UTF_8)).startsWith(HexFormat.of().formatHex(digest.digest()));
      assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(50));
    }
    blaxel.assertClean();
  }

  private static final class Digesting extends OutputStream {
    private final MessageDigest digest;

    Digesting(MessageDigest digest) {
      this.digest = digest;
    }

    @Override
    public void write(int one) {
      digest.update((byte) one);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }
  }

  @Test
  void manyShortLinesAreExactWhetherOrNotAWatchTells() throws IOException {
    blaxel.silenceWatches();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      String lines = "i=0; while [ $i -lt 15000 ]; do echo x; i=$((i+1)); done; ";
      // Between them the files are followed by a watch, which would tell of the second half.
      ExecResult result = sandbox.shell(lines + "sleep 1; " + lines);

      assertThat(result.stdout().bytes()).isEqualTo("x\n".repeat(30_000).getBytes(UTF_8));
    }
    blaxel.assertClean();
  }

  @Test
  void aBackgroundChildThatHoldsTheOutputKeepsTheCommandGoing() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell("(sleep 0.5; echo late) & echo early; exit 4");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(4));
      assertThat(result.stdout().text()).isEqualTo("early\nlate\n");
    }
  }

  @Test
  void closeStopsTheTreeAndWhoLeftTheGroup() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Process process =
          sandbox
              .processes()
              .start(Command.shell("setsid sleep 1000 & sleep 1000 & echo ready; exec sleep 1000"));
      process.events().next();
      process.close();
    }
    blaxel.assertClean();
  }

  @Test
  void whatDiesWithItsWrapperIsKilledByNobodyKnowsWhat() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process =
            sandbox.processes().start(Command.shell("printf last; exec sleep 1000"))) {
      process.signal(Signal.KILL);

      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
    }
    blaxel.assertClean();
  }

  @Test
  void aSignalThatIsHandledIsTheCommandsOwnBusiness() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process =
            sandbox
                .processes()
                .start(
                    Command.shell(
                        "trap 'echo last words; exit 7' INT; echo ready;"
                            + " while :; do sleep 0.05; done"));
        var events = process.events()) {
      events.next();
      assertThat(process.signal(Signal.INT)).isTrue();

      assertThat(events.next()).hasToString("STDOUT[11 bytes]");
      assertThat(events.next())
          .isEqualTo(new dev.sandpiper.ProcessEvent.Ended(new ExitStatus.Exited(7)));
    }
  }

  @Test
  void aStopThatIsNotHandledIsToldFromAnExitWithSuchACode() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.of("sleep", "1000"))) {
      Patience.until(
          "it has begun", () -> blaxel.files().stream().anyMatch(f -> f.contains(".p.")));
      process.signal(Signal.TERM);

      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.TERM));
    }
  }

  @Test
  void aLongScriptGoesByFile() {
    String script = "echo begin\n# " + "x".repeat(300_000) + "\necho \"$0 end\"";
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell(script);

      assertThat(result.stdout().text()).isEqualTo("begin\n/bin/sh end\n");
    }
    blaxel.assertClean();
  }

  @Test
  void manyArgumentsGoByFile() {
    String[] many = new String[3_000];
    java.util.Arrays.fill(many, "y".repeat(100));
    many[0] = "%s";
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.exec("printf", many);

      assertThat(result.stdout().totalBytes()).isEqualTo(299_900);
    }
    blaxel.assertClean();
  }

  @Test
  void whatNoProgramCanBeGivenIsRefusedBeforeARequest() {
    String tooLong = "x".repeat(131_072);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      blaxel.requests.clear();
      assertThatThrownBy(() -> sandbox.exec("echo", tooLong))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("131071");
      Command env = Command.of("env").environment("A", tooLong);
      assertThatThrownBy(() -> sandbox.processes().exec(env))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("variable A has 131074 bytes");
      assertThat(blaxel.requests).isEmpty();
    }
  }

  @Test
  void whereNothingCanBeWrittenTheCommandFailsAndTheErrorNamesTheWayOut() throws Exception {
    Files.writeString(blaxel.output(), "no directory");
    String begun = blaxel.directory.resolve("begun").toString();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThatThrownBy(() -> RealProcesses.byFiles(sandbox, "touch " + begun))
          .isInstanceOf(NotBegunException.class)
          .hasMessageContaining("it was not begun: " + blaxel.output() + " cannot be made")
          .hasMessageContaining("BlaxelCommand.streamed()")
          .matches(e -> ((NotBegunException) e).retryable(), "the next may succeed");

      assertThat(Files.exists(blaxel.directory.resolve("begun"))).isFalse();
      assertThat(sandbox.capabilities()).contains(Capability.REPLAY);

      Files.delete(blaxel.output());
      assertThat(RealProcesses.byFiles(sandbox, "touch " + begun).exit().isSuccess()).isTrue();
    }
    blaxel.assertClean();
  }

  @Test
  void aStartedCommandThatIsNotBegunFailsItsWaiters() throws Exception {
    Files.writeString(blaxel.output(), "no directory");
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.of("true"))) {
      assertThatThrownBy(process::waitFor).isInstanceOf(NotBegunException.class);
    }
  }

  @Test
  void aNamedCommandIsStartedOnceAndFailsToo() throws Exception {
    Files.writeString(blaxel.output(), "no directory");
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      BlaxelCommand named = BlaxelCommand.of(Command.of("true")).name("web");
      try (Process process = sandbox.processes().start(named)) {
        assertThatThrownBy(process::waitFor).isInstanceOf(NotBegunException.class);
        assertThat(blaxel.requests).filteredOn(line -> line.startsWith("POST")).hasSize(1);
      }
    }
  }

  @Test
  void whereNothingCanBeWrittenAnyMoreNothingIsBegunEither() throws Exception {
    String begun = blaxel.directory.resolve("begun").toString();
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      RealProcesses.byFiles(sandbox, "true");
      new ProcessBuilder("rm", "-rf", blaxel.output().toString()).start().waitFor();
      Files.writeString(blaxel.output(), "no directory");
      assertThatThrownBy(() -> RealProcesses.byFiles(sandbox, "touch " + begun))
          .isInstanceOf(NotBegunException.class)
          .hasMessageContaining("it was not begun: " + blaxel.output() + " cannot be made");

      assertThat(Files.exists(blaxel.directory.resolve("begun"))).isFalse();
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
    blaxel.assertClean();
  }

  @Test
  void whatSomebodyElseWroteIsSomebodyElses() throws IOException {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      RealProcesses.byFiles(sandbox, "true");
      Files.writeString(blaxel.output().resolve("sp-ffffffffffffffffffffffffffffffff.o.0"), "x");
      assertThat(RealProcesses.byFiles(sandbox, "true").stdout().totalBytes()).isZero();
    }
    assertThat(blaxel.files()).containsExactly("sp-ffffffffffffffffffffffffffffffff.o.0");
  }

  @Test
  void aFileCallIsNamedWhereItsScriptCannotBeStarted() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Filesystem files = sandbox.files();
      Map<String, Runnable> calls =
          Map.of(
              "list /tmp: ", () -> files.list("/tmp"),
              "stat /tmp: ", () -> files.stat("/tmp"),
              "move /tmp/a: ", () -> files.move("/tmp/a", "/tmp/b"),
              "delete /tmp/a: ", () -> files.delete("/tmp/a"));
      blaxel.meddle(
          "a server that starts nothing",
          request ->
              request.getTarget().endsWith("/process") && request.getMethod().equals("POST")
                  ? new MockResponse.Builder().code(500).body("{\"error\":\"broken\"}").build()
                  : null);
      calls.forEach(
          (start, call) ->
              assertThatThrownBy(call::run)
                  .isInstanceOf(SandboxException.class)
                  .hasMessageStartingWith(start));
    }
  }
}
