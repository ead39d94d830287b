package dev.sandpiper.testkit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolCall;
import dev.sandpiper.agent.ToolListener;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.agent.ToolResult;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.promises.Leftovers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** The tools over a sandbox of each platform, which runs real processes. */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
abstract class AgentToolsContract {
  private static final String ESCAPE = "\u001b";

  private LocalSandboxes local;
  private SandboxClient client;
  private SandboxTools tools;
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  Sandbox sandbox;
  String home;

  abstract SandboxClient client(LocalSandboxes local);

  abstract List<String> processes();

  @BeforeAll
  void start() {
    local = LocalSandboxes.start();
    client = client(local);
  }

  @BeforeEach
  void open() {
    sandbox = client.create(SandboxSpec.standard());
    home = sandbox.homeDirectory();
    tools = SandboxTools.of(sandbox, ToolOptions.standard().resultCharacters(4_000));
  }

  @AfterEach
  void proveThatNoProcessIsLeft() {
    tools.close();
    Leftovers.awaitNone("processes", this::processes);
    sandbox.close();
  }

  @AfterAll
  void proveThatNoThreadIsLeft() {
    client.close();
    local.close();
    Leftovers.awaitNone("threads", Leftovers::threads);
  }

  private String ok(String tool, String arguments) {
    ToolResult result = tools.call(tool, arguments.replace('\'', '"'));
    assertThat(result.isError()).as(result.text()).isFalse();
    return result.text();
  }

  private String error(String tool, String arguments) {
    ToolResult result = tools.call(tool, arguments.replace('\'', '"'));
    assertThat(result.isError()).as(result.text()).isTrue();
    return result.text();
  }

  private void rooted() {
    sandbox.shell("mkdir -p work/sub; echo in > work/in.txt; echo out > out.txt").orThrow();
    tools = SandboxTools.of(sandbox, ToolOptions.standard().root(home + "/work"));
  }

  @Test
  void aCommandReturnsItsExitItsTimeAndItsOutput() {
    assertThat(ok("run_command", "{'command':'echo out; echo err >&2; exit 3'}"))
        .matches("exit status 3 after \\d+\\.\\d s\nout\nerr\n");
    assertThat(ok("run_command", "{'command':'true'}")).endsWith("(no output)");
    assertThat(ok("run_command", "{'command':'pwd','directory':'/tmp'}")).endsWith("/tmp\n");
  }

  @Test
  void tenMegabytesOfOutputAreCutInTheMiddleAndTheMarkerIsWithinTheCap() {
    String text =
        ok("run_command", "{'command':'seq 1 1500000 | head -c 10000000; echo; echo done'}");
    assertThat(text).hasSizeLessThanOrEqualTo(4_000).contains("\n1\n2\n3\n").endsWith("done\n");
    assertThat(text).containsPattern("\n\\[\\.\\.\\. 999\\d{4} of 10000006 bytes are missing here");
  }

  @Test
  void aCommandThatNeverEndsIsStoppedAndTheModelReadsWhatItWrote() {
    String text = error("run_command", "{'command':'echo one; sleep 600','timeout_seconds':1}");
    assertThat(text).contains("longer than 1 seconds", "start_command", "one\n");
  }

  @Test
  void escapeSequencesAreRemovedAndOtherBytesAreShown() {
    sandbox.files().write("o", Content.of(ESCAPE + "[1;31mred" + ESCAPE + "[0m 50%\r100%\r\nok\n"));
    assertThat(ok("run_command", "{'command':'cat o'}")).endsWith("\nred 50%\n100%\nok\n");
    sandbox.files().write("b", Content.of(new byte[] {'a', (byte) 0xff, (byte) 0xe4, 'b'}));
    assertThat(ok("run_command", "{'command':'cat b'}"))
        .endsWith("a\\xff\\xe4b\n[bytes that are not text are shown as \\xNN: 2]");
  }

  @Test
  void aStartedCommandIsFollowedReadOnAndStopped() {
    assertThat(ok("start_command", "{'command':'echo ready; read x; echo never; sleep 600'}"))
        .startsWith("Started as command 1.");
    assertThat(ok("start_command", "{'command':'echo ready; sleep 600 & wait'}"))
        .startsWith("Started as command 2.");
    assertThat(ok("read_output", "{'number':2,'wait_seconds':20}"))
        .isEqualTo("Command 2 runs.\nready\n");
    assertThat(ok("read_output", "{'number':2}")).isEqualTo("Command 2 runs.\n(no new output)");
    assertThat(ok("stop_command", "{'number':2}")).startsWith("Command 2: ");
    assertThat(error("read_output", "{'number':2}")).contains("no started command 2");
  }

  @Test
  void aStoppedCommandTakesAChildWithItThatLeftItsSession() {
    ok("start_command", "{'command':'(env -i setsid sleep 20) & echo ready; wait'}");
    assertThat(ok("read_output", "{'number':1,'wait_seconds':20}")).endsWith("ready\n");
    assertThat(ok("stop_command", "{'number':1}"))
        .isEqualTo("Command 1: killed by SIGTERM.\n(no new output)");
    assertThat(processes()).isEmpty();
  }

  @Test
  void startedCommandsAreBoundedAndStopWithTheToolset() {
    tools = SandboxTools.of(sandbox, ToolOptions.standard().startedCommands(2));
    ok("start_command", "{'command':'sleep 600'}");
    ok("start_command", "{'command':'sleep 600'}");
    assertThat(error("start_command", "{'command':'sleep 600'}"))
        .contains("1 runs, 2 runs", "stop_command");
    assertThat(processes()).isNotEmpty();
    tools.close();
    Leftovers.awaitNone("processes", this::processes);
    assertThat(error("list_files", "{}")).contains("closed");
  }

  @Test
  void aCommandThatFloodsIsNotHeldUpByAModelThatDoesNotRead() throws Exception {
    ok("start_command", "{'command':'yes | head -c 5000000; echo last; touch finished'}");
    while (!sandbox.files().exists("finished")) {
      Thread.onSpinWait();
    }
    StringBuilder all = new StringBuilder();
    while (all.indexOf("exit status 0") < 0) {
      all.append(ok("read_output", "{'number':1,'wait_seconds':1}"));
    }
    assertThat(all).contains("bytes are missing here").contains("last\n");
  }

  @Test
  void filesAreReadByLines() {
    sandbox.files().writeText("f", "one\ntwo\nthree\nfour");
    assertThat(ok("read_file", "{'path':'f'}"))
        .isEqualTo(
            "     1\tone\n     2\ttwo\n     3\tthree\n     4\tfour\n[end of the file: line 4]");
    assertThat(ok("read_file", "{'path':'f','first_line':2,'line_count':1}"))
        .isEqualTo("     2\ttwo\n[the file continues: read it from first_line 3]");
    assertThat(error("read_file", "{'path':'f','first_line':9}")).contains("only 4 lines");
    assertThat(error("read_file", "{'path':'g'}")).contains("list_files");
    assertThat(error("read_file", "{'path':'.'}")).contains("is a directory");
    sandbox
        .shell(
            "mkfifo pipe; head -c 5000 /dev/zero > zeros; head -c 20000000 /dev/zero |"
                + " tr '\\0' 'x' > long")
        .orThrow();
    assertThat(error("read_file", "{'path':'pipe'}")).contains("pipe");
    assertThat(error("read_file", "{'path':'zeros'}")).contains("binary");
    assertThat(ok("read_file", "{'path':'long'}")).contains("more bytes in this line]");
  }

  @Test
  void anEditIsMadeOnlyWhereItIsCertain() {
    sandbox.files().writeText("f", "a = 1\nb = 1\nc = 2\n");
    assertThat(error("edit_file", "{'path':'f','old_text':'= 1','new_text':'= 3'}"))
        .contains("2 occurrences at lines 1, 2", "replace_all");
    assertThat(error("edit_file", "{'path':'f','old_text':'= 4','new_text':'= 3'}"))
        .contains("does not occur");
    assertThat(ok("edit_file", "{'path':'f','old_text':'c = 2','new_text':'c = 5'}"))
        .contains("1 occurrence at line 3");
    assertThat(ok("edit_file", "{'path':'f','old_text':'= 1','new_text':'= 3','replace_all':true}"))
        .contains("2 occurrences at lines 1, 2");
    assertThat(sandbox.files().readText("f")).isEqualTo("a = 3\nb = 3\nc = 5\n");
    sandbox.files().writeText("w", "x\r\ny\r\n");
    assertThat(error("edit_file", "{'path':'w','old_text':'x\\ny','new_text':''}"))
        .contains("\\r\\n");
  }

  @Test
  void editsOfOneFileAtOnceDoNotLoseEachOther() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      text.append("<").append(i).append(">\n");
    }
    ok("write_file", "{'path':'d/f','content':'" + text.toString().replace("\n", "\\n") + "'}");
    sandbox.shell("ln -s f d/g").orThrow();
    List<CompletableFuture<String>> edits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String edit =
          "{'path':'d/%s','old_text':'<%d>','new_text':'[%d]'}"
              .formatted(i % 2 == 0 ? "f" : "g", i, i);
      edits.add(CompletableFuture.supplyAsync(() -> ok("edit_file", edit)));
    }
    edits.forEach(CompletableFuture::join);
    assertThat(sandbox.files().readText("d/f"))
        .isEqualTo(text.toString().replace('<', '[').replace('>', ']'));
  }

  @Test
  void filesAreListedFoundAndSearched() {
    sandbox
        .shell(
            "mkdir -p src/a .git; echo 'int x = 1;' > src/a/A.java; echo hi > 'src/a:1:b';"
                + " echo 'X' > \"src/new\nline\"; echo x > .git/x; printf 'x\\0x' > src/bin")
        .orThrow();
    assertThat(ok("list_files", "{'path':'src/a'}")).contains("src/a/A.java 11 bytes", "1 entries");
    assertThat(ok("list_files", "{'depth':3}")).contains("src/a/\n");
    assertThat(ok("find_files", "{'pattern':'*.java'}")).isEqualTo("src/a/A.java\n[1 files]");
    assertThat(ok("find_files", "{'pattern':'src/*'}")).contains("src/new\\nline\n", "[3 files]");
    assertThat(ok("find_files", "{'pattern':'*.py'}")).isEqualTo("[nothing found]");
    assertThat(ok("grep", "{'pattern':'^(int|hi)'}"))
        .contains("src/a/A.java:1:int x = 1;\n", "src/a:1:b:1:hi\n", "[2 lines]");
    assertThat(ok("grep", "{'pattern':'x','ignore_case':true,'path':'src'}"))
        .contains("new\\nline:1:X\n", "a/A.java:1:int x", "[2 lines]");
    assertThat(error("grep", "{'pattern':'(unclosed'}")).contains("The search failed: ");
    assertThat(error("find_files", "{'pattern':'x','path':'missing'}")).contains("failed");
  }

  @Test
  void aSearchOfMuchEndsAtTheLengthOfAResult() {
    sandbox.shell("mkdir many; cd many; seq 1 3000 | xargs touch; seq 1 100000 > lines").orThrow();
    assertThat(ok("find_files", "{'pattern':'*'}"))
        .hasSizeLessThanOrEqualTo(4_000)
        .contains("there are more");
    assertThat(ok("grep", "{'pattern':'1'}"))
        .hasSizeLessThanOrEqualTo(4_000)
        .containsPattern("\\[200 lines\\]|there are more");
  }

  @Test
  void pathsOutsideOfTheRootAreRefused() {
    rooted();
    sandbox
        .shell(
            "cd work; ln -s /etc etc; ln -s ../out.txt link; ln -s /nowhere dangling;"
                + " ln -s circle circle; ln -s sub inside")
        .orThrow();
    assertThat(ok("read_file", "{'path':'in.txt'}")).contains("in");
    assertThat(ok("read_file", "{'path':'inside/../in.txt'}")).contains("in");
    for (String path :
        List.of(
            "/etc/passwd",
            "../out.txt",
            "etc/passwd",
            "link",
            "sub/../../out.txt",
            "dangling/x",
            "etc/new")) {
      assertThat(error("read_file", "{'path':'" + path + "'}")).contains("is outside of");
      assertThat(error("write_file", "{'path':'" + path + "','content':'x'}")).contains("outside");
      assertThat(error("edit_file", "{'path':'" + path + "','old_text':'o','new_text':'x'}"))
          .contains("outside");
    }
    assertThat(error("list_files", "{'path':'..'}")).contains("outside");
    assertThat(error("grep", "{'pattern':'x','path':'/etc'}")).contains("outside");
    assertThat(error("find_files", "{'pattern':'*','path':'etc'}")).contains("outside");
    assertThat(error("run_command", "{'command':'ls','directory':'/'}")).contains("outside");
    assertThat(error("read_file", "{'path':'circle'}")).contains("form a cycle");
    assertThat(error("read_file", "{'path':'no/../x'}")).contains("does not exist");
    assertThat(ok("write_file", "{'path':'new/deep/f','content':'x'}")).contains("work/new/deep/f");
    assertThat(ok("run_command", "{'command':'pwd'}")).endsWith("/work\n");
    assertThat(sandbox.files().readText("out.txt")).isEqualTo("out\n");
  }

  @Test
  void aToolCallAfterTheSandboxIsGoneSaysSo() {
    ok("start_command", "{'command':'sleep 600'}");
    sandbox.kill();
    for (String call : List.of("run_command", "start_command")) {
      assertThat(error(call, "{'command':'true'}")).contains("does not run any more");
    }
    assertThat(error("read_file", "{'path':'f'}")).contains("does not run any more");
    assertThat(error("list_files", "{}")).contains("does not run any more");
    assertThat(error("grep", "{'pattern':'x'}")).contains("does not run any more");
    assertThat(tools.call("read_output", "{\"number\":1,\"wait_seconds\":20}").text())
        .startsWith("Command 1");
  }

  @Test
  void aClosedClientIsAResultToo() {
    SandboxClient other = client(local);
    SandboxTools orphaned = SandboxTools.of(other.connect(sandbox.id()));
    other.close();
    assertThat(orphaned.call("run_command", "{\"command\":\"true\"}").isError()).isTrue();
    assertThat(orphaned.call("read_file", "{\"path\":\"f\"}").isError()).isTrue();
  }

  @Test
  void anInterruptedCallerIsCancelled() {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                tools.call("run_command", "{\"command\":\"touch begun; sleep 600\"}");
              } catch (CancelledException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : null);
              }
            });
    caller.start();
    while (!sandbox.files().exists("begun")) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    assertThat(thrown.join()).isInstanceOf(CancelledException.class);
    assertThat(caller).satisfies(thread -> thread.join(10_000));
  }

  @Test
  void aListenerSeesEveryCallAndResult() {
    ToolListener listener =
        new ToolListener() {
          @Override
          public void onCall(ToolCall call) {
            seen.add(call.number() + " " + call.tool() + " " + call.arguments());
          }

          @Override
          public void onResult(ToolCall call, ToolResult result, Duration duration) {
            seen.add(call.number() + " " + result.isError() + " " + result.text());
          }
        };
    tools = SandboxTools.of(sandbox, ToolOptions.standard().listener(listener));
    ok("write_file", "{'path':'f','content':'x'}");
    error("no_such_tool", "{}");
    assertThat(seen)
        .satisfiesExactly(
            call -> assertThat(call).startsWith("1 write_file {"),
            result -> assertThat(result).isEqualTo("1 false Wrote 1 bytes to f."),
            call -> assertThat(call).isEqualTo("2 no_such_tool {}"),
            result -> assertThat(result).contains("The tools are: run_command"));
    ToolListener refusing =
        new ToolListener() {
          @Override
          public void onCall(ToolCall call) {
            throw new SecurityException("not allowed");
          }
        };
    SandboxTools guarded = SandboxTools.of(sandbox, ToolOptions.standard().listener(refusing));
    assertThatExceptionOfType(SecurityException.class)
        .isThrownBy(() -> guarded.call("write_file", "{\"path\":\"g\",\"content\":\"x\"}"));
    assertThat(sandbox.files().exists("g")).isFalse();
  }
}
