package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a process ended: by the mark of its exit; without one by the server's record, which
 * costs more to ask and knows less. Owned by the reading thread, but for {@link #hurry}.
 */
final class EndOfProcess {
  static final String UNABLE = "sandpiper: the command was not begun: ";

  /** The wrapper will never work in this sandbox. */
  private static final int UNUSABLE = 125;

  /** The wrapper could not work this time: {@code EX_TEMPFAIL} of sysexits.h. */
  private static final int PREVENTED = 75;

  /** How long a killed wrapper's writers may be silent before nobody waits for them any more. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(5);

  /** The same for those of one that has exited, which are over. */
  private static final long SETTLED = TimeUnit.MILLISECONDS.toNanos(300);

  /** Long enough for a wrapper to begin on a busy machine, short for one that never does. */
  private static final long BEFORE_FIRST_LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  /** What has begun leaves a mark at its end, unless it is killed with its wrapper. */
  private static final long ONCE_BEGUN = TimeUnit.SECONDS.toNanos(5);

  private static final long HURRIED_INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long FIRST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long LONGEST_INTERVAL = TimeUnit.SECONDS.toNanos(10);

  /** The server starts again what has failed after one second. */
  static final long RESTART = TimeUnit.MILLISECONDS.toNanos(2_500);

  private final String processName;
  private final String subject;
  private final ProcessMarks marks;
  private final ProcessApi api;
  private final int maxRestarts;

  private long due = System.nanoTime() + BEFORE_FIRST_LOOK;
  private boolean begun;
  private int suspected; // the last try that may have ended
  private long interval = FIRST_INTERVAL;
  private volatile boolean hurried;
  private @Nullable ProcessDetails record;
  private long recordSince;
  private @Nullable ExitStatus judged;

  /** How often the server had replaced itself while the process ran; negative while unknown. */
  private int upgradesBefore = -1;

  /** How it ended, and in which try. */
  record Final(ExitStatus status, int attempt) {}

  /**
   * @param maxRestarts how often the server starts it again; 0 for never, negative for always
   */
  EndOfProcess(
      String processName, String subject, ProcessMarks marks, ProcessApi api, int maxRestarts) {
    this.processName = processName;
    this.subject = subject;
    this.marks = marks;
    this.api = api;
    this.maxRestarts = maxRestarts;
  }

  /** Has the record be looked at the next time. From any thread. */
  void hurry() {
    hurried = true;
  }

  /** In how many nanoseconds the record wants to be looked at. */
  long soonest() {
    if (marks.tries() > 0 && !begun) {
      begun = true;
      interval = ONCE_BEGUN;
      due = System.nanoTime() + interval;
    }
    if (judged != null) {
      return SETTLED;
    }
    if (maxRestarts == 0 && marks.exit(1).isPresent() && isClosed()) {
      return Long.MAX_VALUE;
    }
    boolean isSuspect = marks.exit(marks.tries()).isPresent() || isClosed();
    if (isSuspect && suspected < marks.tries()) {
      suspected = marks.tries();
      interval = FIRST_INTERVAL;
      due = Math.min(due, System.nanoTime() + interval);
    }
    return hurried ? 0 : Math.max(TimeUnit.MILLISECONDS.toNanos(1), due - System.nanoTime());
  }

  /** True if the record is to be looked at now. */
  boolean isDue() {
    return judged == null && (hurried || System.nanoTime() - due >= 0);
  }

  /** Outputs that are closed without an exit are those of one that was killed with its wrapper. */
  private boolean isClosed() {
    int attempt = marks.tries();
    return marks.end(Channel.STDOUT, attempt) != null && marks.end(Channel.STDERR, attempt) != null;
  }

  /**
   * Asks for the record, if it is time. True if that tells that the process is over.
   *
   * @throws NotFoundException if the server does not know the process any more
   */
  boolean lookAtRecord(CallScope scope) {
    if (!isDue()) {
      return false;
    }
    interval = hurried ? HURRIED_INTERVAL : interval;
    hurried = false;
    due = System.nanoTime() + interval;
    interval = Math.min(2 * interval, LONGEST_INTERVAL);
    ProcessApi asked = api.in(scope.within(ExactFiles.ANSWER));
    ProcessDetails found =
        asked
            .find("follow", processName)
            .orElseThrow(
                () ->
                    new PlatformException(
                        Failure.of("follow", subject, "the server does not know it")));
    if (!isSame(found)) {
      recordSince = System.nanoTime();
      record = found;
    }
    if (found.exit().isEmpty()) {
      upgradesBefore = upgradesBefore < 0 ? asked.upgrades(subject) : upgradesBefore;
      return false;
    }
    if (mayStartAgain(found)) {
      interval = FIRST_INTERVAL;
      due = System.nanoTime() + interval;
      return false;
    }
    judged = judge(found, asked);
    return true;
  }

  private boolean isSame(ProcessDetails found) {
    ProcessDetails before = record;
    return before != null
        && before.status().equals(found.status())
        && before.startedAt().equals(found.startedAt())
        && before.restartCount() == found.restartCount()
        && before.completedAt().equals(found.completedAt());
  }

  /** During the pause before a restart the record looks exactly as after the last failure. */
  private boolean mayStartAgain(ProcessDetails found) {
    return maxRestarts != 0
        && found.status().equals("failed")
        && System.nanoTime() - recordSince < RESTART;
  }

  /** A server that has replaced itself cannot know how what it took over has ended. */
  private ExitStatus judge(ProcessDetails found, ProcessApi asked) {
    ExitStatus told = found.exit().orElseThrow();
    try {
      if (asked.upgrades(subject) == Math.max(0, upgradesBefore)) {
        return told;
      }
    } catch (SandboxException e) {
      return new ExitStatus.Unreported(
          "whether the sandbox's server has guessed cannot be known: " + told);
    }
    return new ExitStatus.Unreported(
        "the sandbox's server has been upgraded, and may have guessed: " + told);
  }

  /** True once the record says that it is over. */
  boolean isJudged() {
    return judged != null;
  }

  /**
   * True if marks that are missing will not come any more. A wrapper that exits has waited for its
   * writers; those of one that was killed may still serve a child that holds the outputs open.
   *
   * @param sinceNews nanoseconds since the files have last told anything
   */
  boolean isSettled(long sinceNews) {
    return judged != null && sinceNews >= (judged instanceof ExitStatus.Exited ? SETTLED : QUIET);
  }

  /** Null while it is not over. */
  @Nullable Final find() {
    int attempt = Math.max(1, marks.tries());
    OptionalInt code = marks.exit(attempt);
    boolean isLast =
        maxRestarts == 0
            || (code.isPresent() && code.getAsInt() == 0)
            || (maxRestarts > 0 && attempt > maxRestarts);
    ExitStatus byMark =
        code.isPresent() && code.getAsInt() <= 255 ? new ExitStatus.Exited(code.getAsInt()) : null;
    if (byMark != null && (isLast || judged != null)) {
      return new Final(byMark, attempt);
    }
    if (judged == null) {
      return null;
    }
    rejectIfRefused();
    return new Final(judged, attempt);
  }

  /** A wrapper that cannot work says so in place of the command, which has not begun then. */
  private void rejectIfRefused() {
    ProcessDetails told = requireNonNull(record);
    int code = told.exit().map(exit -> exit.code().orElse(-1)).orElse(-1);
    boolean isRefusal = marks.tries() == 0 && told.stdout().startsWith(UNABLE);
    if (isRefusal && (code == UNUSABLE || code == PREVENTED)) {
      String reason = told.stdout().substring(UNABLE.length()).strip();
      throw new NotBegunException(subject, reason, code == PREVENTED);
    }
  }

  static NotFoundException unknown(String operation, String subject, String observed) {
    return new NotFoundException(What.PROCESS, Failure.of(operation, subject, observed));
  }
}
