package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ProcessExamplesTest {

  @FunctionalInterface
  private interface Example {
    void run(SandboxClient client, PrintStream out) throws Exception;
  }

  private static String printedBy(Example example) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.e2bClient()) {
      example.run(client, new PrintStream(printed, true, UTF_8));
      assertThat(client.list(SandboxFilter.all())).isEmpty();
    }
    return printed.toString(UTF_8);
  }

  @Test
  void aTerminalShowsItsSizesAndIsInterrupted() throws Exception {
    assertThat(printedBy(TerminalSession::run))
        .containsSubsequence("stty size", "24 80", "stty size", "43 132", "waiting", "^C", "exit 3")
        .endsWith("The shell ended with exit status 3.\n");
  }

  @Test
  void aProgramIsFedAndAnswers() throws Exception {
    assertThat(printedBy(FedProcess::run))
        .isEqualTo(
            """
              | 2 + 3 = 5
              | 6 * 7 = 42
              | 1871 / 100 = 18
              | 3 answers given
            The calculator ended with exit status 0.
            """);
  }

  @Test
  void aPoolServesMoreUsersThanItHasSandboxes() throws Exception {
    assertThat(printedBy(WarmPool::run).replace(" ", ""))
        .startsWith("0\ncodeofuser1\n0\ncodeofuser2\n")
        .endsWith("0\ncodeofuser6\n6leases\n");
  }

  @Test
  void aSessionOfTheOldApiHasLinesAndNoExit() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (LocalSandboxes local = LocalSandboxes.start();
        SessionsClient client = local.sessionsClient()) {
      OldSession.run(client, new PrintStream(printed, true, UTF_8));
    }
    assertThat(printed.toString(UTF_8))
        .isEqualTo(
            """
              | curlew
              | plover
              | sandpiper
              | sort ended with 0
            It ended, and how is not reported.
            It can do: [STDIN, ATTACH, REPLAY]
            """);
  }

  @Test
  void aCodingAgentRepairsAProgramThoughItsModelMakesMistakes() throws Exception {
    Example agent = (client, out) -> CodingAgent.run(client, new ScriptedModel(), out);
    assertThat(printedBy(agent))
        .isEqualTo(
            """
            read_file {"path": "/etc/passwd"}
              read_file was not run. The path /etc/passwd is outside of /home/user/app: only paths below it can be used. Correct the call and repeat it.
            read_file {"file": "mean.sh"}
              read_file was not run. There is no argument 'file'. The arguments are: path, first_line, line_count. Correct the call and repeat it.
            read_file {"path": "mean.sh"}
                   1\t# mean.sh A B
                   2\techo $(( $1 + $2 / 2 ))
              [end of the file: line 2]
            edit_file {"path": "mean.sh", "old_text": "$1 + $2 / 2", "new_text": "($1 + $2) / 2"}
              Replaced in /home/user/app/mean.sh, counted before the edit: 1 occurrence at line 2.
            run_command {"command": "sh mean.sh 4 8"}
              exit status 0
              6
            Repaired: the sum was not in parentheses. mean.sh 4 8 prints 6.
            """);
  }

  @Test
  void aServerIsReachedThroughItsEndpoint() throws Exception {
    assertThat(printedBy(BackgroundServer::run))
        .contains("The server answered 200: hello from process ")
        .endsWith("The server was stopped with its sandbox.\n");
  }

  @Test
  void outputComesOverBlaxelsOwnStream() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient client = local.blaxelClient()) {
      BlaxelStreaming.run(client, new PrintStream(printed, true, UTF_8));
    }
    assertThat(printed.toString(UTF_8))
        .isEqualTo(
            """
              | step 1
              | step 2
              | step 3
            It ended with exit status 4.
            Nothing of its output is missing: true
            """);
  }

  @Test
  void aServerKeepsItsSandboxAwake() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient client = local.blaxelClient()) {
      PrintStream out = new PrintStream(printed, true, UTF_8);
      ServerThatKeepsAwake.run(client, ServerThatKeepsAwake.freePort(), out);
      while (client.list(SandboxFilter.all()).iterator().hasNext()) {
        Thread.sleep(20); // Blaxel deletes a moment later
      }
    }
    // Where the shell that ran it says so, the signal is known.
    assertThat(printed.toString(UTF_8).replace("killed by SIGTERM", "exit status 143"))
        .isEqualTo(
            """
            It listens, and keeps the sandbox awake for an hour at most.
            It answers: 200 awake
            Found again by its name: true
            Stopped: exit status 143
            """);
  }

  @Test
  void aJobIsFollowedToItsEndFromASecondJvm() throws Exception {
    assertThat(printedByTwoJvms("e2b"))
        .contains("Started e2b:")
        .contains("[STDOUT: E2B keeps no output")
        .contains("step 10\n")
        .contains("The job ended with exit status 3.\n")
        .contains("The second JVM ended with 0.\n");
  }

  @Test
  void atBlaxelTheSecondJvmSeesAllThatTheJobWrote() throws Exception {
    assertThat(printedByTwoJvms("blaxel"))
        .contains("Started blaxel:")
        .contains("ready\nstep 1\n")
        .contains("step 10\nThe job ended with exit status 3.\n")
        .contains("The second JVM ended with 0.\n");
  }

  private static String printedByTwoJvms(String platform) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-classpath",
            System.getProperty("java.class.path"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            ReattachFromAnotherJvm.class.getName(),
            platform);
    builder.environment().keySet().removeAll(List.of("E2B_API_KEY", "BL_API_KEY"));
    java.lang.Process first = builder.redirectErrorStream(true).start();
    String printed = new String(first.getInputStream().readAllBytes(), UTF_8);
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return printed;
  }
}
