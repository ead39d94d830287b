package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Scripts;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputResponse;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.e2b.proto.ProcessProto.UpdateRequest;
import dev.sandpiper.e2b.proto.ProcessProto.UpdateResponse;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
@ParameterizedClass
@EnumSource(E2bCodec.class)
class TerminalTest extends InEachCodec {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String CONNECT = "POST /process.Process/Connect";
  private static final String INPUT = "POST /process.Process/SendInput";
  private static final String UPDATE = "POST /process.Process/Update";
  private static final TerminalSize SIZE = new TerminalSize(80, 24);
  private static final ProcessRef REF = ProcessRef.parse("e2b:isb1/7/sp-1");

  TerminalTest(E2bCodec codec) {
    super(codec);
  }

  private void answerTaken() {
    e2b.answer(Frames.unary(SendInputResponse.getDefaultInstance()));
  }

  private String takeTyped() throws Exception {
    SendInputRequest request =
        ScriptedE2b.message(e2b.take(INPUT), SendInputRequest.getDefaultInstance());
    assertThat(request.getProcess().getPid()).isEqualTo(7);
    assertThat(request.getInput().hasPty()).isTrue();
    return request.getInput().getPty().toStringUtf8();
  }

  @Test
  void itBeginsOnceSomebodyListens() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch typed = new CountDownLatch(1);
    e2b.answer(
        Frames.held(
            typed,
            Frames.start(7),
            Frames.terminal("$ "),
            Frames.terminal("exit\r\n"),
            Frames.exited(0),
            Frames.goodbye()));
    answerTaken();
    answerTaken();
    Command command = Command.of("/bin/bash", "-i").environment("TERM", "dumb").directory("/d");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Terminal terminal = sandbox.processes().startTerminal(command, SIZE)) {
      terminal.stdin().write("exit\n".getBytes(UTF_8));
      terminal.stdin().flush();
      typed.countDown();
      assertThat(terminal.transferTo(out, out)).isEqualTo(new Exited(0));
    }
    assertThat(out.toString(UTF_8)).isEqualTo("$ exit\r\n");
    StartRequest start = ScriptedE2b.startRequest(e2b.take(START));
    assertThat(start.getPty().getSize().getCols()).isEqualTo(80);
    assertThat(start.getPty().getSize().getRows()).isEqualTo(24);
    assertThat(start.getProcess().getCmd()).isEqualTo("/bin/sh");
    assertThat(start.getProcess().getArgsList())
        .containsExactly("-c", Scripts.START_TERMINAL, "sh", "/bin/bash", "-i");
    assertThat(start.getProcess().getEnvsMap())
        .isEqualTo(
            Map.of(
                "TERM", "dumb",
                "LANG", "C.UTF-8",
                "LC_ALL", "C.UTF-8",
                "SANDPIPER_PROCESS", start.getTag()));
    assertThat(start.getProcess().getCwd()).isEqualTo("/d");
    assertThat(takeTyped()).isEqualTo("\u0004");
    assertThat(takeTyped()).isEqualTo("exit\n");
  }

  @Test
  void closingItsInputTypesControlD() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch typed = new CountDownLatch(1);
    e2b.answer(Frames.held(typed, Frames.start(7), Frames.exited(0), Frames.goodbye()));
    answerTaken();
    answerTaken();
    try (Terminal terminal = sandbox.processes().startTerminal(Command.of("cat"), SIZE)) {
      terminal.stdin().close();
      typed.countDown();
      terminal.waitFor();
    }
    e2b.take(START);
    takeTyped();
    assertThat(takeTyped()).isEqualTo("\u0004");
  }

  @Test
  void oneThatCannotBeginIsStopped() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(Frames.held(never, Frames.start(7)));
    e2b.answer(Frames.nothing());
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    assertThatThrownBy(() -> sandbox.processes().startTerminal(Command.of("bash"), SIZE))
        .isInstanceOf(ConnectionLostException.class);
    never.countDown();
    e2b.take(START);
    takeTyped();
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .startsWith("-c", ProcessTrees.STOP, "sh", "0");
  }

  @Test
  void oneThatIsInterruptedBeforeItBeginsIsStopped() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(Frames.held(never, Frames.start(7)));
    e2b.answer(
        new mockwebserver3.MockResponse.Builder()
            .onResponseStart(mockwebserver3.SocketEffect.Stall.INSTANCE)
            .build());
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    java.util.concurrent.CompletableFuture<Throwable> failure =
        new java.util.concurrent.CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                sandbox.processes().startTerminal(Command.of("bash"), SIZE);
              } catch (dev.sandpiper.SandboxException e) {
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                failure.complete(e);
              }
            });
    caller.start();
    e2b.take(START);
    takeTyped();
    Patience.untilItReads(caller);
    caller.interrupt();

    assertThat(failure.get(10, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(dev.sandpiper.CancelledException.class);
    never.countDown();
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .startsWith("-c", ProcessTrees.STOP, "sh", "0");
  }

  @Test
  void anAdoptedOneBeginsToo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    CountDownLatch begun = new CountDownLatch(1);
    e2b.answer(Frames.held(begun, Frames.start(7), Frames.exited(0), Frames.goodbye()));
    e2b.answerWith(
        () -> {
          begun.countDown();
          return Frames.unary(SendInputResponse.getDefaultInstance());
        });
    try (Terminal terminal = sandbox.processes().startTerminal(Command.of("bash"), SIZE)) {
      assertThat(terminal.events().next())
          .isInstanceOfSatisfying(
              OutputGap.class, gap -> assertThat(gap.channel()).isEqualTo(Channel.TERMINAL));
      assertThat(terminal.waitFor()).isEqualTo(new Exited(0));
    }
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(CONNECT);
    assertThat(takeTyped()).isEqualTo("\u0004");
  }

  private Terminal attached(E2bSandbox sandbox, CountDownLatch end) {
    e2b.answer(Frames.list(Frames.running(7, "sp-1")));
    e2b.answer(Frames.held(end, Frames.start(7), Frames.exited(0), Frames.goodbye()));
    return sandbox.processes().attachTerminal(REF);
  }

  @Test
  void aSizeIsSent() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch end = new CountDownLatch(1);
    try (Terminal terminal = attached(sandbox, end)) {
      e2b.answer(Frames.unary(UpdateResponse.getDefaultInstance()));
      terminal.resize(new TerminalSize(132, 43));
      end.countDown();
      terminal.waitFor();
    }
    e2b.take(LIST);
    e2b.take(CONNECT);
    UpdateRequest update =
        ScriptedE2b.message(e2b.take(UPDATE), UpdateRequest.getDefaultInstance());
    assertThat(update.getProcess().getPid()).isEqualTo(7);
    assertThat(update.getPty().getSize().getCols()).isEqualTo(132);
    assertThat(update.getPty().getSize().getRows()).isEqualTo(43);
  }

  @Test
  void whatHasNoTerminalHasNoSize() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch end = new CountDownLatch(1);
    try (Terminal terminal = attached(sandbox, end)) {
      e2b.answer(
          500,
          "{\"code\":\"internal\","
              + "\"message\":\"error resizing tty: tty not assigned to process\"}");
      assertThatThrownBy(() -> terminal.resize(SIZE))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("has no terminal");
      end.countDown();
      terminal.waitFor();
    }
    e2b.take(LIST);
    e2b.take(CONNECT);
    e2b.take(UPDATE);
  }

  @Test
  void whatIsOverHasNoSize() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch end = new CountDownLatch(1);
    try (Terminal terminal = attached(sandbox, end)) {
      e2b.answer(404, "{\"code\":\"not_found\",\"message\":\"process with pid 7 not found\"}");
      assertThatThrownBy(() -> terminal.resize(SIZE)).isInstanceOf(NotFoundException.class);
      end.countDown();
      terminal.waitFor();
    }
    e2b.take(LIST);
    e2b.take(CONNECT);
    e2b.take(UPDATE);
  }

  @Test
  void typingAfterTheExitIsAClosedInput() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch end = new CountDownLatch(1);
    try (Terminal terminal = attached(sandbox, end)) {
      end.countDown();
      terminal.waitFor();
      terminal.stdin().write('x');
      assertThatThrownBy(() -> terminal.stdin().flush())
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(InputClosedException.class));
    }
    e2b.take(LIST);
    e2b.take(CONNECT);
  }

  @Test
  void aTerminalThatIsAttachedToAsAPlainProcessSaysWhatToDo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch end = new CountDownLatch(1);
    e2b.answer(Frames.list(Frames.running(7, "sp-1")));
    e2b.answer(Frames.held(end, Frames.start(7), Frames.exited(0), Frames.goodbye()));
    try (Process process = sandbox.processes().attach(REF)) {
      e2b.answer(
          500,
          "{\"code\":\"internal\",\"message\":\"error writing to stdin: tty assigned to process"
              + " — input should be written to the pty, not the stdin\"}");
      process.stdin().write('x');
      assertThatThrownBy(() -> process.stdin().flush())
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(InvalidRequestException.class))
          .hasMessageContaining("attachTerminal");
      end.countDown();
      process.waitFor();
    }
    e2b.take(LIST);
    e2b.take(CONNECT);
    e2b.take(INPUT);
  }
}
