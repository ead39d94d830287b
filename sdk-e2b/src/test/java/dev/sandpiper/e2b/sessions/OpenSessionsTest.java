package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenSessionsTest {
  private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
  private final Threads threads = new Threads(scheduler, Runnable::run, Runnable::run);
  private final OpenSessions open = new OpenSessions(threads, Duration.ofHours(1));
  private final List<SessionCalls> sessions =
      IntStream.range(0, 1000).mapToObj(number -> session("s" + number)).toList();

  OpenSessionsTest() {
    scheduler.setRemoveOnCancelPolicy(true);
  }

  @AfterEach
  void proveThatNothingWasAsked() {
    assertThat(scheduler.shutdownNow()).isEmpty();
  }

  private SessionCalls session(String id) {
    JsonApi api =
        new JsonApi(
            request -> {
              throw new AssertionError("nobody asks within an hour");
            },
            Routes.base("the base URL", "http://localhost:3000"),
            SessionCalls.ERRORS);
    return new SessionCalls(
        new SessionsAccount(
            api,
            threads,
            false,
            Duration.ZERO,
            Duration.ZERO,
            new CreatedSandboxes(),
            new OpenSessions(threads, Duration.ofHours(1))),
        id);
  }

  @Test
  void aThousandSessionsHaveOneTimerWhichRunsWhileAnyIsOpen() {
    assertThat(scheduler.getQueue()).isEmpty();
    sessions.forEach(open::add);
    assertThat(scheduler.getQueue()).hasSize(1);
    sessions.stream().skip(1).forEach(open::remove);
    assertThat(scheduler.getQueue()).hasSize(1);
    assertThat(open.remove(sessions.get(0))).isTrue();
    assertThat(open.remove(sessions.get(0))).isFalse();
    assertThat(scheduler.getQueue()).isEmpty();
    open.add(sessions.get(0));
    assertThat(scheduler.getQueue()).hasSize(1);
    open.close();
    assertThat(scheduler.getQueue()).isEmpty();
  }
}
