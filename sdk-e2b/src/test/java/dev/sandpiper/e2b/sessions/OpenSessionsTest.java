package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.http.Routes;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OpenSessionsTest {
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final ManualTime time = new ManualTime();
  private final BackgroundThreads threads =
      new BackgroundThreads(time, time, Runnable::run, Runnable::run);
  private final OpenSessions open = new OpenSessions(threads, INTERVAL);
  private final List<SessionCalls> sessions =
      IntStream.range(0, 1000).mapToObj(number -> session("s" + number)).toList();

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
            new CreatedSandboxes(time),
            new OpenSessions(threads, INTERVAL)),
        id);
  }

  @Test
  void aThousandSessionsHaveOneTimerWhichRunsWhileAnyIsOpen() {
    assertThat(time.isIdle()).isTrue();
    sessions.forEach(open::add);
    assertThat(time.repeated()).containsExactly(INTERVAL);
    sessions.stream().skip(1).forEach(open::remove);
    assertThat(time.repeated()).containsExactly(INTERVAL);
    assertThat(open.remove(sessions.get(0))).isTrue();
    assertThat(open.remove(sessions.get(0))).isFalse();
    assertThat(time.isIdle()).isTrue();
    open.add(sessions.get(0));
    assertThat(time.repeated()).containsExactly(INTERVAL);
    open.close();
    assertThat(time.isIdle()).isTrue();
  }
}
