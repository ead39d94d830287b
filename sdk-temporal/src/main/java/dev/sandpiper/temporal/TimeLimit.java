package dev.sandpiper.temporal;

import io.temporal.activity.ActivityInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long a command may run that an activity starts now. */
final class TimeLimit {
  private static final Duration LONGEST_MARGIN = Duration.ofSeconds(10);
  private static final Duration LEAST = Duration.ofSeconds(1);

  private TimeLimit() {}

  /** The shortest of the command's own time and what Temporal's timeouts leave. */
  static Duration of(ActivityInfo activity, CommandRequest request) {
    List<Duration> limits = new ArrayList<>();
    if (request.timeout() != null) {
      limits.add(request.timeout());
    }
    if (!activity.getStartToCloseTimeout().isZero()) {
      limits.add(withMargin(activity.getStartToCloseTimeout()));
    }
    if (!activity.getScheduleToCloseTimeout().isZero()) {
      // Both are times of the server.
      long gone = activity.getStartedTimestamp() - activity.getScheduledTimestamp();
      limits.add(withMargin(activity.getScheduleToCloseTimeout().minusMillis(gone)));
    }
    Duration shortest = Collections.min(limits);
    return shortest.compareTo(LEAST) < 0 ? LEAST : shortest;
  }

  /** A tenth less, so that stopping it and saying so is not too late for Temporal. */
  private static Duration withMargin(Duration timeout) {
    Duration margin = timeout.dividedBy(10);
    return timeout.minus(margin.compareTo(LONGEST_MARGIN) < 0 ? margin : LONGEST_MARGIN);
  }
}
