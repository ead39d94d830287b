package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real terminals, as a client on the wire sees them. */
class TerminalTest {
  private static final int PATIENCE_MILLIS = 8000;

  @RegisterExtension final LocalServer server = new LocalServer();

  @BeforeAll
  static void terminalsAreHere() throws IOException {
    TerminalsHere.assume();
  }

  /** Supervisors and carriers carry no variable by which a sandbox could be found. */
  @AfterEach
  void noChildOfThisJvmIsLeft() throws InterruptedException {
    server.sandboxes().close();
    long end = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!helpers().isEmpty() && System.currentTimeMillis() < end) Thread.sleep(10);
    assertThat(helpers()).isEmpty();
  }

  private static List<String> helpers() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains("supervise.pl"))
        .filter(line -> line.contains(System.getProperty("java.io.tmpdir")))
        .toList();
  }

  private static EventStream start(TestSandbox sandbox, String script) throws Exception {
    return sandbox.stream(
        "/process.Process/Start",
        LocalServer.json
            .createObjectNode()
            .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                "pty", LocalServer.json.readTree("{\"size\":{\"cols\":80,\"rows\":24}}"))
            .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                "process",
                LocalServer.json.readTree(TestSandbox.shellRequest(script, true)).path("process"))
            .toString());
  }

  private static void type(TestSandbox sandbox, long pid, String keys) throws Exception {
    sandbox.call(
        "/process.Process/SendInput",
        "{\"process\":{\"pid\":%d},\"input\":{\"pty\":\"%s\"}}"
            .formatted(pid, Base64.getEncoder().encodeToString(keys.getBytes(UTF_8))));
  }

  private static String shownUntil(EventStream events, String end) throws IOException {
    StringBuilder shown = new StringBuilder();
    while (!shown.toString().contains(end)) {
      String event = events.next();
      assertThat(event).as("after " + shown).startsWith("pty ");
      shown.append(event.substring("pty ".length())).append('\n');
    }
    return shown.toString();
  }

  @Test
  void aCommandHasItsOwnTerminalOfTheSizeThatWasAsked() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        start(
            sandbox,
            "tty; stty size; ps -o sid= -p $$ | tr -d ' '; [ -t 0 -a -t 1 -a -t 2 ] && echo all;"
                + " : > /dev/tty && echo mine; exit 5")) {
      long pid = events.pid();
      List<String> rest = events.rest();
      String shown = String.join("\n", rest);
      assertThat(shown)
          .containsPattern("/dev/pts/\\d+")
          .contains("24 80", Long.toString(pid), "all", "mine");
      assertThat(rest.get(rest.size() - 2)).contains("\"exitCode\":5", "exit status 5");
    }
  }

  @Test
  void aNewSizeIsThereWhenTheCallReturnsAndRaisesItsSignal() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        start(sandbox, "trap 'stty size' WINCH; echo ready; while read line; do :; done")) {
      long pid = events.pid();
      shownUntil(events, "ready");
      for (int columns = 100; columns < 110; columns++) {
        sandbox.call(
            "/process.Process/Update",
            "{\"process\":{\"pid\":%d},\"pty\":{\"size\":{\"cols\":%d,\"rows\":40}}}"
                .formatted(pid, columns));
        type(sandbox, pid, "\n");
        shownUntil(events, "40 " + columns);
      }
      type(sandbox, pid, "\u0004");
      assertThat(events.rest().toString()).contains("exit status");
    }
  }

  @Test
  void streamedInputReachesTheTerminal() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = start(sandbox, "read line; echo \"<$line>\"");
        ChunkedRequest request = new ChunkedRequest(sandbox, "/process.Process/StreamInput")) {
      long pid = events.pid();
      request.message("{\"start\":{\"process\":{\"pid\":%d}}}".formatted(pid));
      request.message("{\"data\":{\"input\":{\"pty\":\"aGk=\"}}}");
      request.message("{\"data\":{\"input\":{\"pty\":\"Cg==\"}}}");
      assertThat(request.end()).contains("200 OK");
      assertThat(String.join("\n", events.rest())).contains("<hi>");
    }
  }

  @Test
  void controlCInterruptsAndControlDEndsTheFile() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        start(sandbox, "trap 'echo interrupted' INT; echo ready; cat; echo eof; cat; echo end")) {
      long pid = events.pid();
      shownUntil(events, "ready");
      type(sandbox, pid, "\u0003");
      shownUntil(events, "eof");
      type(sandbox, pid, "\u0004");
      assertThat(events.rest().toString()).contains("end", "exit status 0");
    }
  }

  @Test
  void manyBytesArriveWholeInEventsOfAtMost16KiB() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = start(sandbox, "stty -opost; seq -f %07.0f 0 124999; exit 3")) {
      events.pid();
      StringBuilder shown = new StringBuilder();
      List<String> rest = events.rest();
      for (String event : rest) {
        assertThat(event.length()).isLessThanOrEqualTo(16 * 1024 + 4);
        if (event.startsWith("pty ")) shown.append(event.substring(4));
      }
      assertThat(shown.toString().replace("\n", "")).hasSize(125_000 * 7).endsWith("0124999");
      assertThat(rest.get(rest.size() - 2)).contains("\"exitCode\":3");
    }
  }

  @Test
  void manyBytesCanBeTyped() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        start(sandbox, "stty raw -echo; echo ready; head -c 300000 | wc -c")) {
      long pid = events.pid();
      shownUntil(events, "ready");
      type(sandbox, pid, "abcdefgh\n\u0003\u0004z".repeat(25_000));
      assertThat(events.rest().toString()).contains("300000");
    }
  }

  @Test
  void theLastWordsOfEveryShortCommandArrive() throws Exception {
    TestSandbox sandbox = server.create();
    for (int run = 0; run < 40; run++) {
      try (EventStream events = start(sandbox, "echo word-" + run)) {
        events.pid();
        assertThat(events.rest().get(0)).isEqualTo("pty word-" + run);
      }
    }
  }

  @Test
  void aChildInTheBackgroundDoesNotHoldTheTerminal() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = start(sandbox, "trap '' HUP; sleep 60 & echo started")) {
      events.pid();
      assertThat(events.rest().toString()).contains("started", "exit status 0");
    }
  }

  @Test
  void aCommandThatClosesItsTerminalRunsOn() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        start(sandbox, "exec <&- >&- 2>&-; sleep 0.3; touch still-there; exit 9")) {
      events.pid();
      assertThat(events.rest().toString()).contains("\"exitCode\":9");
      assertThat(sandbox.home().resolve("still-there")).exists();
    }
  }

  @Test
  void anInteractiveShellIgnoresTermAndHasJobControl() throws Exception {
    TestSandbox sandbox = server.create();
    List<String> shown = new ArrayList<>();
    try (EventStream events =
        sandbox.stream(
            "/process.Process/Start",
            "{\"process\":{\"cmd\":\"/bin/bash\",\"args\":[\"--norc\",\"-i\"],"
                + "\"envs\":{\"TERM\":\"dumb\",\"PS1\":\"> \"}},\"pty\":{\"size\":{}}}")) {
      long pid = events.pid();
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGTERM\"}".formatted(pid));
      type(sandbox, pid, "set -o | grep monitor; echo $TERM$((40 + 2))\n");
      shown.add(shownUntil(events, "dumb42"));
      type(sandbox, pid, "exit 6\n");
      assertThat(events.rest().toString()).contains("\"exitCode\":6");
    }
    assertThat(shown.toString()).containsPattern("monitor\\s+on").doesNotContain("no job control");
  }

  @Test
  void theLifetimeAndSigkillEndATerminalToo() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = start(sandbox, "exec sleep 60")) {
      long pid = events.pid();
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGKILL\"}".formatted(pid));
      assertThat(events.rest().toString()).contains("signal: killed");
    }
    try (EventStream events =
        sandbox.stream(
            "/process.Process/Start",
            "{\"process\":{\"cmd\":\"sleep\",\"args\":[\"60\"]},\"pty\":{}}",
            "Connect-Timeout-Ms",
            "500")) {
      assertThat(events.rest().toString()).contains("deadline_exceeded");
    }
    assertThat(sandbox.call("/process.Process/List", "{}")).isEmpty();
  }
}
