package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real terminals, as a client on the wire sees them. */
class TerminalTest {
  private static final int PATIENCE_MILLIS = 8000;

  @RegisterExtension final LocalServer server = new LocalServer();

  private TestSandbox sandbox = new TestSandbox(server, "not created yet", null);

  @BeforeAll
  static void terminalsAreHere() throws IOException {
    TerminalsHere.assume();
  }

  @BeforeEach
  void createSandbox() throws Exception {
    sandbox = server.create();
  }

  /** Supervisors carry no variable by which a sandbox could be found. */
  @AfterEach
  void noSupervisorIsLeft() throws InterruptedException {
    server.sandboxes().close();
    long end = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!supervisors().isEmpty() && System.currentTimeMillis() < end) Thread.sleep(10);
    assertThat(supervisors()).isEmpty();
  }

  private List<String> supervisors() {
    Path servers = Objects.requireNonNull(sandbox.home().getParent()).getParent();
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(servers + "/pipes/supervise.pl"))
        .toList();
  }

  private EventStream start(String script) throws Exception {
    ObjectNode request = LocalServer.json.createObjectNode();
    request.set(
        "process",
        LocalServer.json.readTree(TestSandbox.shellRequest(script, true)).path("process"));
    request.putObject("pty").putObject("size").put("cols", 80).put("rows", 24);
    return sandbox.stream("/process.Process/Start", request.toString());
  }

  private void type(long pid, String keys) throws Exception {
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
    try (EventStream events =
        start(
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
    try (EventStream events =
        start("trap 'echo changed' WINCH; echo ready; while read line; do stty size; done")) {
      long pid = events.pid();
      shownUntil(events, "ready");
      for (int columns = 100; columns < 110; columns++) {
        sandbox.call(
            "/process.Process/Update",
            "{\"process\":{\"pid\":%d},\"pty\":{\"size\":{\"cols\":%d,\"rows\":40}}}"
                .formatted(pid, columns));
        type(pid, "\n");
        String shown = shownUntil(events, "40 " + columns);
        if (columns == 100) assertThat(shown).contains("changed");
      }
      type(pid, "\u0004");
      assertThat(events.rest().toString()).contains("exit status");
    }
  }

  @Test
  void streamedInputReachesTheTerminal() throws Exception {
    try (EventStream events = start("read line; echo \"<$line>\"");
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
    try (EventStream events =
        start("trap 'echo interrupted' INT; echo ready; cat; echo eof; cat; echo end")) {
      long pid = events.pid();
      shownUntil(events, "ready");
      type(pid, "\u0003");
      shownUntil(events, "eof");
      type(pid, "\u0004");
      assertThat(events.rest().toString()).contains("end", "exit status 0");
    }
  }

  @Test
  void manyBytesArriveWholeInEventsOfAtMost16KiB() throws Exception {
    try (EventStream events = start("stty -opost; seq -f %07.0f 0 124999; exit 3")) {
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
    try (EventStream events = start("stty raw -echo; echo ready; head -c 300000 | wc -c")) {
      long pid = events.pid();
      shownUntil(events, "ready");
      type(pid, "abcdefgh\n\u0003\u0004z".repeat(25_000));
      assertThat(events.rest().toString()).contains("300000");
    }
  }

  @Test
  void theLastWordsOfEveryShortCommandArrive() throws Exception {
    for (int run = 0; run < 40; run++) {
      try (EventStream events = start("echo word-" + run)) {
        events.pid();
        assertThat(events.rest().get(0)).isEqualTo("pty word-" + run);
      }
    }
  }

  @Test
  void aChildThatOutlivesItsShellHoldsTheTerminalUntilASignalFreesIt() throws Exception {
    try (EventStream events = start("trap '' HUP; sleep 60 & echo started; exit 7")) {
      long pid = events.pid();
      shownUntil(events, "started");
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGTERM\"}".formatted(pid));
      assertThat(events.rest().toString()).containsAnyOf("\"exitCode\":7", "signal: terminated");
    }
  }

  @Test
  void aCommandThatClosesItsTerminalRunsOn() throws Exception {
    try (EventStream events = start("exec <&- >&- 2>&-; sleep 0.3; touch still-there; exit 9")) {
      events.pid();
      assertThat(events.rest().toString()).contains("\"exitCode\":9");
      assertThat(sandbox.home().resolve("still-there")).exists();
    }
  }

  @Test
  void anInteractiveShellIgnoresTermAndHasJobControl() throws Exception {
    List<String> shown = new ArrayList<>();
    try (EventStream events =
        sandbox.stream(
            "/process.Process/Start",
            "{\"process\":{\"cmd\":\"/bin/bash\",\"args\":[\"--norc\",\"-i\"],"
                + "\"envs\":{\"TERM\":\"dumb\",\"PS1\":\"> \"}},\"pty\":{\"size\":{}}}")) {
      long pid = events.pid();
      shownUntil(events, ">"); // before its first prompt it has not begun to ignore
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGTERM\"}".formatted(pid));
      type(pid, "set -o | grep monitor; echo $TERM$((40 + 2))\n");
      shown.add(shownUntil(events, "dumb42"));
      type(pid, "exit 6\n");
      assertThat(events.rest().toString()).contains("\"exitCode\":6");
    }
    assertThat(shown.toString()).containsPattern("monitor\\s+on").doesNotContain("no job control");
  }

  @Test
  void theLifetimeAndSigkillEndATerminalToo() throws Exception {
    try (EventStream events = start("exec sleep 60")) {
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
      long pid = events.pid();
      assertThat(events.rest().toString()).contains("deadline_exceeded");
      try (EventStream again =
          sandbox.stream("/process.Process/Connect", "{\"process\":{\"pid\":%d}}".formatted(pid))) {
        assertThat(again.rest().toString()).contains("signal: killed");
      }
    }
  }
}
