package dev.sandpiper.e2b.sessions;

import static dev.sandpiper.e2b.sessions.SessionMessages.LOOK;
import static dev.sandpiper.e2b.sessions.SessionMessages.POST;
import static dev.sandpiper.e2b.sessions.SessionMessages.events;
import static dev.sandpiper.e2b.sessions.SessionMessages.line;
import static dev.sandpiper.e2b.sessions.SessionMessages.lines;
import static dev.sandpiper.e2b.sessions.SessionMessages.state;
import static dev.sandpiper.e2b.sessions.SessionMessages.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Unreported;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes of the old REST API: their output, and how they are started and stopped. */
@Timeout(30)
class SessionProcessesTest {
  private static final String STOP = "DELETE /sessions/s1/processes/p1";

  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();

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
          .hasMessageContaining("it is unknown whether it runs");
    }
  }

  @Test
  void aStartWhoseAnswerIsLostIsUnknownAndNotSentAgain() {
    Session session = server.session();
    server.expect(POST, SessionMessages::cut);

    assertThatThrownBy(() -> session.exec("make", "deploy"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether it runs")
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
}
