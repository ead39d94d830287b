package dev.sandpiper.e2b.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Unreported;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WireFormatException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class SessionProcessesTest {
  private static final String POST = "POST /sessions/s1/processes";
  private static final String LOOK = "GET /sessions/s1/processes/p1";
  private static final String WAIT = "GET /sessions/s1/processes/p1?wait=true";
  private static final String STOP = "DELETE /sessions/s1/processes/p1";
  private static final String STDIN = "POST /sessions/s1/processes/p1/stdin";

  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();

  /** A line in an answer. */
  private static String line(String text, long nanos) {
    return "{\"line\": \"" + text + "\", \"timestamp\": " + nanos + "}";
  }

  private static String state(boolean finished, List<String> stdout, List<String> stderr) {
    return "{\"stdout\": "
        + stdout
        + ", \"stderr\": "
        + stderr
        + ", \"finished\": "
        + finished
        + ", \"processID\": \"p1\"}";
  }

  private static List<String> lines(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(n -> line("line " + n, n))
        .collect(Collectors.toList());
  }

  private static List<ProcessEvent> events(Process process) {
    List<ProcessEvent> events = new ArrayList<>();
    process.events().forEach(events::add);
    return events;
  }

  private static List<String> texts(List<ProcessEvent> events) {
    return events.stream()
        .filter(Output.class::isInstance)
        .map(event -> ((Output) event).text())
        .toList();
  }

  @Test
  void theLinesOfAGrowingListComeOnceEachAndInOrder() {
    Session session = server.session();
    server
        .expect(POST, 200, state(false, lines(1, 1), List.of()))
        .expect(LOOK, 200, state(false, lines(1, 1), List.of()))
        .expect(LOOK, 200, state(false, lines(1, 400), List.of()))
        .expect(LOOK, 200, state(true, lines(1, 1000), List.of()));

    try (Process process = session.processes().start(Command.of("seq", "1000"))) {
      List<ProcessEvent> events = events(process);
      assertThat(texts(events))
          .isEqualTo(IntStream.rangeClosed(1, 1000).mapToObj(n -> "line " + n + "\n").toList());
      assertThat(events.get(1000)).isEqualTo(new Ended(new Unreported(SessionCommand.UNREPORTED)));
    }
  }

  @Test
  void whatBeginsAfterItsStartWasGivenUpIsStopped() throws Exception {
    Session session = server.session();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch givenUp = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    server
        .expect(
            POST,
            () -> {
              asked.countDown();
              assertThat(givenUp.await(20, TimeUnit.SECONDS)).isTrue();
              return ScriptedSessions.answer(200, ScriptedSessions.STARTED);
            })
        .expect(
            STOP,
            () -> {
              stopped.countDown();
              return ScriptedSessions.answer(204, "");
            });
    CompletableFuture<ExecResult> future = session.processes().execAsync(Command.of("slow"));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(future.cancel(true)).isTrue();
    givenUp.countDown();
    assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void linesOfBothChannelsThatCameTogetherComeInTheOrderOfTheirTimes() {
    Session session = server.session();
    server.expect(
        POST,
        200,
        state(
            true,
            List.of(line("o1", 10), line("o2", 30), line("o3", 20)),
            List.of(line("e1", 5), line("e2", 25), line("e3", 40))));

    try (Process process = session.processes().start(Command.of("both"))) {
      assertThat(texts(events(process)))
          .containsExactly("e1\n", "o1\n", "e2\n", "o2\n", "o3\n", "e3\n");
    }
  }

  @Test
  void aTimeThatIsNoWholeNumberOfNanosecondsIsUnknown() {
    Session session = server.session();
    server.expect(
        POST,
        200,
        state(
            true,
            List.of(
                "{\"line\": \"a\"}",
                "{\"line\": \"b\", \"timestamp\": 1.690899755863633e18}",
                "{\"line\": \"c\", \"timestamp\": 99999999999999999999}"),
            List.of()));

    try (Process process = session.processes().start(Command.of("x"))) {
      List<ProcessEvent> events = events(process);
      assertThat(texts(events)).containsExactly("a\n", "b\n", "c\n");
      assertThat(events.subList(0, 3))
          .allSatisfy(event -> assertThat(((Output) event).writtenAt()).isEmpty());
    }
  }

  @Test
  void aListThatHasBecomeShorterIsMalformed() throws Exception {
    Session session = server.session();
    server
        .expect(POST, 200, state(false, lines(1, 2), List.of()))
        .expect(LOOK, 200, state(false, lines(1, 1), List.of()));

    Process process = session.processes().start(Command.of("x"));
    var events = process.events();
    assertThat(events.next()).isInstanceOf(Output.class);
    assertThat(events.next()).isInstanceOf(Output.class);
    assertThatThrownBy(events::next)
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("lines that were there are missing");
    server.expect(LOOK, 200, state(true, lines(1, 1), List.of()));
    process.close();
  }

  @Test
  void anAnswerThatIsNoProcessIsMalformedAndTheStartUnknown() {
    Session session = server.session();
    for (String answer :
        List.of(
            "[]",
            "{\"finished\": 1, \"processID\": \"p1\"}",
            "{\"finished\": true, \"processID\": \"../p1\"}",
            "{\"finished\": true, \"processID\": \"p1\", \"stdout\": [{\"line\": 3}]}")) {
      server.expect(POST, 200, answer);
      assertThatThrownBy(() -> session.exec("x"))
          .isInstanceOf(WireFormatException.class)
          .hasMessageContaining("whether it runs cannot be known");
    }
  }

  @Test
  void aStartWhoseAnswerIsLostIsUnknownAndNotSentAgain() {
    Session session = server.session();
    server.expect(POST, SessionProcessesTest::cut);

    assertThatThrownBy(() -> session.exec("make", "deploy"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("whether it runs cannot be known")
        .hasMessageContaining("not sent again")
        .returns(false, e -> ((SandboxException) e).retryable());
    assertThat(server.requests(POST)).hasSize(1);
  }

  @Test
  void aProcessIsFetchedBeforeItIsStoppedAndWhatItMayHaveWrittenLaterIsAGap() throws Exception {
    Session session = server.session();
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger(1);
    server.expect(POST, 200, ScriptedSessions.STARTED);
    server.always(
        LOOK,
        () ->
            stopped.get()
                ? ScriptedSessions.answer(204, "")
                : ScriptedSessions.answer(200, state(false, lines(1, written.get()), List.of())));
    server.expect(
        STOP,
        () -> {
          stopped.set(true);
          return ScriptedSessions.answer(204, "");
        });

    Command command = Command.of("serve").timeout(Duration.ofSeconds(2));
    Process process = session.processes().start(command);
    var events = process.events();
    assertThat(events.next()).asInstanceOf(type(Output.class)).returns("line 1\n", Output::text);
    written.set(2);
    assertThat(events.next()).asInstanceOf(type(Output.class)).returns("line 2\n", Output::text);
    assertThat(events.next())
        .asInstanceOf(type(OutputGap.class))
        .satisfies(gap -> assertThat(gap.channel()).isEqualTo(Channel.STDOUT))
        .satisfies(gap -> assertThat(gap.from()).hasValue(14))
        .satisfies(gap -> assertThat(gap.to()).isEmpty());
    assertThat(events.next()).isInstanceOf(OutputGap.class);
    assertThat(events.next())
        .asInstanceOf(type(Ended.class))
        .satisfies(end -> assertThat(end.status().toString()).contains("it was stopped"));
    assertThatThrownBy(process::waitFor).isInstanceOf(DeadlineExceededException.class);
    process.close();
    List<String> lines = server.lines();
    assertThat(lines.get(lines.indexOf(STOP) - 1)).isEqualTo(LOOK);
  }

  @Test
  void aProcessThatHasEndedIsNotStopped() throws Exception {
    Session session = server.session();
    server.expect(POST, 200, state(true, List.of(), List.of()));
    Process process = session.processes().start(Command.of("true"));
    assertThat(process.waitFor()).isInstanceOf(Unreported.class);
    process.close();
    assertThat(server.lines()).containsExactly("GET /sessions/s1", POST);
  }

  @Test
  void aProcessThatSomebodyElseStoppedIsNotFound() throws Exception {
    Session session = server.session();
    server.expect(POST, 200, ScriptedSessions.STARTED);
    server.always(LOOK, () -> ScriptedSessions.answer(204, ""));
    Process process = session.processes().start(Command.of("serve"));
    assertThatThrownBy(() -> process.events().next())
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.PROCESS, NotFoundException::what);
    process.close();
    assertThat(server.requests(STOP)).isEmpty();
  }

  @Test
  void aSessionThatIsLostWhileAProcessRunsIsToldFromAFailure() {
    Session session = server.session();
    server
        .expect(POST, 200, ScriptedSessions.STARTED)
        .expect(WAIT, 500, ScriptedSessions.FAILED)
        .expect("GET /sessions/s1", 500, ScriptedSessions.FAILED);
    assertThatThrownBy(() -> session.exec("x"))
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.SANDBOX, NotFoundException::what);

    server
        .expect(POST, 200, ScriptedSessions.STARTED)
        .expect(WAIT, 500, ScriptedSessions.FAILED)
        .expect("GET /sessions/s1", 200, ScriptedSessions.CREATED);
    assertThatThrownBy(() -> session.exec("x"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("Internal Server Error");
  }

  @Test
  void whatIsGivenUpWhileItsSessionIsLookedForIsAskedAgain() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch askedAgain = new CountDownLatch(1);
    Session session = server.session();
    server
        .expect(POST, 200, ScriptedSessions.STARTED)
        .expect(LOOK, 500, ScriptedSessions.FAILED)
        .expect(
            "GET /sessions/s1",
            () -> {
              looking.countDown();
              assertThat(askedAgain.await(10, TimeUnit.SECONDS)).isTrue();
              return ScriptedSessions.answer(500, ScriptedSessions.FAILED);
            })
        .expect(
            WAIT,
            () -> {
              askedAgain.countDown();
              return ScriptedSessions.answer(500, ScriptedSessions.FAILED);
            })
        .expect("GET /sessions/s1", 500, ScriptedSessions.FAILED)
        .expect(LOOK, 204, ""); // closing
    try (Process process = session.processes().start(Command.of("x"))) {
      assertThat(looking.await(10, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(process::waitFor)
          .asInstanceOf(type(NotFoundException.class))
          .returns(What.SANDBOX, NotFoundException::what);
    }
  }

  @Test
  void anExpiredSessionIsTypedAfterOneLookAndNothingIsSentAgain() {
    Session session = server.session();
    server
        .expect(POST, 500, ScriptedSessions.FAILED)
        .expect("GET /sessions/s1", 500, ScriptedSessions.FAILED);
    assertThatThrownBy(() -> session.exec("x"))
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.SANDBOX, NotFoundException::what)
        .returns(false, SandboxException::retryable);
    assertThat(server.lines()).hasSize(3);
  }

  @Test
  void waitingAsksOnceAndWaits() throws Exception {
    Session session = server.session();
    CountDownLatch end = new CountDownLatch(1);
    server.expect(POST, 200, ScriptedSessions.STARTED);
    server.always(LOOK, () -> ScriptedSessions.answer(200, ScriptedSessions.STARTED));
    server.expect(
        WAIT,
        () -> {
          assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
          return ScriptedSessions.answer(200, state(true, lines(1, 3), List.of()));
        });

    Process process = session.processes().start(Command.of("seq", "3"));
    assertThat(process.waitFor(Duration.ofMillis(50))).isEmpty();
    ScriptedSessions.until("it waits", () -> server.requests(WAIT).size() == 1);
    int looks = server.requests(LOOK).size();
    assertThat(process.waitFor(Duration.ofMillis(200))).isEmpty();
    assertThat(server.requests(LOOK)).hasSizeLessThanOrEqualTo(looks + 1); // one was given up
    end.countDown();
    assertThat(process.waitFor()).isInstanceOf(Unreported.class);
    assertThat(texts(events(process))).hasSize(3);
    process.close();
  }

  @Test
  void whoReadsTheOutputEndsAWait() throws Exception {
    Session session = server.session();
    CountDownLatch never = new CountDownLatch(1);
    server.expect(POST, 200, ScriptedSessions.STARTED);
    AtomicInteger looks = new AtomicInteger();
    server.always(
        LOOK,
        () -> {
          int count = looks.incrementAndGet();
          return ScriptedSessions.answer(200, state(count > 20, lines(1, count), List.of()));
        });
    server.always(
        WAIT,
        () -> {
          never.await(2, TimeUnit.SECONDS);
          return ScriptedSessions.answer(500, "");
        });
    Process process = session.processes().start(Command.of("seq", "3"));
    assertThat(process.waitFor(Duration.ofMillis(20))).isEmpty();
    assertThat(texts(events(process))).hasSizeGreaterThan(20);
    never.countDown();
    process.close();
  }

  @Test
  void aServerThatNeverAnswersAWaitIsLookedForAndTheResponseLimitHolds() {
    SessionsClient client =
        server.open(
            server
                .builder()
                .longestWait(Duration.ofMillis(200))
                .responseLimit(Duration.ofMillis(400)));
    Session session = server.session(client);
    MockResponse silence =
        new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
    server
        .expect(POST, 200, ScriptedSessions.STARTED)
        .expect(WAIT, () -> silence)
        .expect(LOOK, 200, ScriptedSessions.STARTED)
        .expect(WAIT, () -> silence)
        .expect(LOOK, () -> silence);
    assertThatThrownBy(() -> session.exec("x"))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("responseLimit");
  }

  private static MockResponse cut() {
    return new MockResponse.Builder()
        .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }

  @Test
  void aLostConnectionIsReplacedAndNoLineIsLostOrDoubled() {
    Session session = server.session();
    AtomicInteger looks = new AtomicInteger();
    server.expect(POST, 200, state(false, lines(1, 1), List.of()));
    server.always(
        LOOK,
        () -> {
          int count = looks.incrementAndGet();
          return count <= 8
              ? cut()
              : ScriptedSessions.answer(200, state(count > 9, lines(1, count), List.of()));
        });
    try (Process process = session.processes().start(Command.of("seq"))) {
      assertThat(texts(events(process)))
          .isEqualTo(IntStream.rangeClosed(1, 10).mapToObj(n -> "line " + n + "\n").toList());
    }
    assertThat(looks).hasValue(10);
  }

  @Test
  void aConnectionThatStaysLostNamesTheProcess() {
    SessionsClient client = server.open(server.builder().reattachLimit(Duration.ZERO));
    Session session = server.session(client);
    server.expect(POST, 200, ScriptedSessions.STARTED);
    server.always(WAIT, SessionProcessesTest::cut);
    assertThatThrownBy(() -> session.exec("x"))
        .asInstanceOf(type(ConnectionLostException.class))
        .satisfies(e -> assertThat(e.process().map(ProcessRef::processId)).contains("p1"));
    assertThat(server.requests(WAIT)).hasSize(3);
  }

  @Test
  void variablesTravelInBothWaysAndQuoted() throws Exception {
    SessionsClient client = server.client();
    server
        .expect("POST /sessions", 200, ScriptedSessions.CREATED)
        .expect(POST, 200, state(true, List.of(), List.of()))
        .expect("DELETE /sessions/s1", 204, "");
    try (Session session = client.create(SandboxSpec.standard().environment("A", "1"))) {
      Command command =
          Command.of("a=b", "it's").directory("/srv").environment("B.c", "x y").mergeErrors();
      assertThat(session.processes().exec(command).stdout().text()).isEmpty();
    }
    assertThat(server.sent(POST).path("cmd").asText())
        .isEqualTo(
            "exec 'env' 'A=1' 'B.c=x y' '/bin/sh' '-c' 'exec \"$@\"' 'sh' 'a=b' 'it'\\''s'"
                + " </dev/null 2>&1");
    assertThat(server.sent(POST).path("envVars").toString())
        .isEqualTo("{\"A\":\"1\",\"B.c\":\"x y\"}");
    assertThat(server.sent(POST).path("rootdir").asText()).isEqualTo("/srv");
  }

  @Test
  void aCharacterThatAWriteLeavesUnfinishedGoesWithTheNext() throws Exception {
    Session session = server.session();
    server.expect(POST, 200, state(false, List.of(), List.of()));
    server.always(LOOK, () -> ScriptedSessions.answer(200, ScriptedSessions.STARTED));
    server.always(STDIN, () -> ScriptedSessions.answer(204, ""));
    Process process = session.processes().start(Command.of("cat").openStdin());
    byte[] bytes = "aü".getBytes(UTF_8);
    OutputStream stdin = process.stdin();
    stdin.write(bytes, 0, 2);
    stdin.flush();
    stdin.write(bytes, 2, 1);
    stdin.write("x".repeat(40_000).getBytes(UTF_8));
    stdin.flush();
    assertThat(server.requests(STDIN)).hasSize(4);
    assertThat(server.requests(STDIN).get(0).getBody().utf8()).isEqualTo("{\"stdin\":\"a\"}");
    assertThat(server.requests(STDIN).get(1).getBody().utf8()).startsWith("{\"stdin\":\"üxxx");
    assertThat(server.requests(STDIN))
        .allSatisfy(request -> assertThat(request.getBodySize()).isLessThan(100_000));

    stdin.write(0xff);
    assertThatThrownBy(stdin::flush)
        .asInstanceOf(type(SandboxIOException.class))
        .satisfies(e -> assertMissing(Capability.BYTES, e.getCause()));
    assertThat(server.requests(STDIN)).hasSize(4);
    process.detach();
  }

  private static void assertMissing(Capability missing, Throwable failure) {
    assertThat(failure)
        .asInstanceOf(type(UnsupportedCapabilityException.class))
        .satisfies(e -> assertThat(e.capability()).isEqualTo(missing));
    assertThat(failure).hasMessageContaining(missing.name());
  }

  private void assertRefused(Capability missing, ThrowingCallable call) {
    int before = server.lines().size();
    assertThatThrownBy(call).satisfies(e -> assertMissing(missing, e));
    assertThat(server.lines()).hasSize(before);
    assertThat(Session.CAPABILITIES).doesNotContain(missing);
  }

  @Test
  void whatTheApiLacksIsRefusedByNameBeforeAnythingIsSent() {
    Session session = server.session();
    var processes = session.processes();
    ProcessRef ref = new ProcessRef(SessionLauncher.PLATFORM, "s1", "p1", "once");
    assertRefused(Capability.USER, () -> processes.exec(Command.of("x").user("root")));
    assertRefused(
        Capability.STDIN_END, () -> processes.exec(Command.of("x").stdin(Content.of("y"))));
    assertRefused(
        Capability.TERMINAL,
        () -> processes.startTerminal(Command.of("x"), new TerminalSize(80, 24)));
    assertRefused(Capability.TERMINAL, () -> processes.attachTerminal(ref));
    assertRefused(Capability.LISTS, processes::list);
    assertRefused(Capability.EXPIRY, () -> session.expireIn(Duration.ofMinutes(1)));
  }

  @Test
  void aSignalCannotBeSentAndAnInputCannotBeEnded() {
    Session session = server.session();
    server.expect(POST, 200, ScriptedSessions.STARTED);
    server.always(LOOK, () -> ScriptedSessions.answer(200, ScriptedSessions.STARTED));
    Process process = session.processes().start(Command.of("cat").openStdin());
    assertThatThrownBy(() -> process.signal(Signal.INT))
        .satisfies(e -> assertMissing(Capability.SIGNALS, e));
    assertThatThrownBy(() -> process.stdin().close())
        .asInstanceOf(type(SandboxIOException.class))
        .satisfies(e -> assertMissing(Capability.STDIN_END, e.getCause()));
    process.detach();
  }
}
