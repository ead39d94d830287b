package dev.sandpiper.temporal;

import io.temporal.activity.ActivityInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The time limit of a command that an activity starts now. */
final class TimeLimit {
  private static final Duration LONGEST_MARGIN = Duration.ofSeconds(10);
  private static final Duration LEAST = Duration.ofSeconds(1);

  private TimeLimit() {}

  /** The shortest of the command's own timeout and the remaining time of Temporal's timeouts. */
  static Duration of(ActivityInfo activity, CommandRequest request) {
    List<Duration> limits = new ArrayList<>();
    if (request.timeout() != null) {
      limits.add(request.timeout());
    }
    if (!activity.getStartToCloseTimeout().isZero()) {
      limits.add(withMargin(activity.getStartToCloseTimeout()));
    }
    if (!activity.getScheduleToCloseTimeout().isZero()) {
      // Both are times of Temporal's server.
      long gone = activity.getStartedTimestamp() - activity.getScheduledTimestamp();
      limits.add(withMargin(activity.getScheduleToCloseTimeout().minusMillis(gone)));
    }
    Duration shortest = Collections.min(limits);
    return shortest.compareTo(LEAST) < 0 ? LEAST : shortest;
  }

  /** A tenth less, to leave time to stop the command and report it to Temporal. */
  private static Duration withMargin(Duration timeout) {
    Duration margin = timeout.dividedBy(10);
    return timeout.minus(margin.compareTo(LONGEST_MARGIN) < 0 ? margin : LONGEST_MARGIN);
  }
}
