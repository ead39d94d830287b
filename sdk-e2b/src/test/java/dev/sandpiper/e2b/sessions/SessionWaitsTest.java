package dev.sandpiper.e2b.sessions;

import static dev.sandpiper.e2b.sessions.SessionMessages.LOOK;
import static dev.sandpiper.e2b.sessions.SessionMessages.POST;
import static dev.sandpiper.e2b.sessions.SessionMessages.WAIT;
import static dev.sandpiper.e2b.sessions.SessionMessages.cut;
import static dev.sandpiper.e2b.sessions.SessionMessages.events;
import static dev.sandpiper.e2b.sessions.SessionMessages.lines;
import static dev.sandpiper.e2b.sessions.SessionMessages.state;
import static dev.sandpiper.e2b.sessions.SessionMessages.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExitStatus.Unreported;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Waiting for a process, over lost connections and lost sessions. */
@Timeout(30)
class SessionWaitsTest {
  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();

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
    server.always(WAIT, SessionMessages::cut);
    assertThatThrownBy(() -> session.exec("x"))
        .asInstanceOf(type(ConnectionLostException.class))
        .satisfies(e -> assertThat(e.process().map(ProcessRef::processId)).contains("p1"));
    assertThat(server.requests(WAIT)).hasSize(3);
  }
}
