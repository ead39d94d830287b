package dev.sandpiper.e2b;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.engine.AbstractEventStream;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A sandbox's log as it grows, polled by the thread that reads. */
final class FollowedLogs extends AbstractEventStream<E2bLogEntry> {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final JsonApi api;
  private final String id;
  private final LogReader reader;
  private final CallScope scope;
  private final Queue<E2bLogEntry> lines = new ArrayDeque<>();
  private volatile boolean closed;

  FollowedLogs(JsonApi api, String id, E2bLogQuery query, Time time) {
    this.scope = CallScope.open(time);
    this.api = api;
    this.id = id;
    this.reader = new LogReader(api, id, query);
  }

  @Override
  protected @Nullable E2bLogEntry await(long nanos) throws TimeoutException {
    CallScope limited = scope.within(Duration.ofNanos(nanos));
    try {
      while (!closed && lines.isEmpty()) {
        lines.addAll(reader.next(api.in(limited)));
        if (lines.isEmpty()) {
          pause(limited);
        }
      }
    } catch (DeadlineExceededException e) {
      if (!limited.left().isZero()) {
        throw e; // a limit of the client's
      }
      throw new TimeoutException("no line arrived in time");
    } catch (CancelledException e) {
      if (!closed) {
        throw e;
      }
    }
    return closed ? null : lines.poll();
  }

  private void pause(CallScope limited) throws TimeoutException {
    Duration left = limited.left();
    if (left.isZero()) {
      throw new TimeoutException("no line arrived in time");
    }
    limited.sleep(left.compareTo(BETWEEN_LOOKS) < 0 ? left : BETWEEN_LOOKS, failure(""));
  }

  @Override
  protected Failure failure(String observed) {
    return Failure.of("follow logs", id, observed);
  }

  @Override
  public String position() {
    throw new UnsupportedOperationException("a log is followed from a moment: E2bLogQuery.since");
  }

  @Override
  public void close() {
    closed = true;
    scope.cancel();
  }
}
