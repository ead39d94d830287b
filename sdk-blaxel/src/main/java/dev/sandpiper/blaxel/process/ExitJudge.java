package dev.sandpiper.blaxel.process;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Time;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Determines the exit status of a process, for every route: by the exit mark if there is one, or
 * else by the server's record, which costs more to fetch and is less precise. A mark or a writer
 * that may be gone is waited for only within a bound. Used by the reading thread only, except for
 * {@link #hurry}.
 */
final class ExitJudge {
  static final String UNABLE = "sandpiper: the command was not begun: ";

  /** The wrapper cannot work in this sandbox. */
  private static final int UNUSABLE = 125;

  /** The wrapper could not work this time: {@code EX_TEMPFAIL} of sysexits.h. */
  private static final int PREVENTED = 75;

  /** The shell could not run the wrapper, for the reason that it gives. */
  private static final int CANNOT_RUN = 126;

  /** The reason E2BIG, in the words of glibc and musl. */
  private static final String TOO_LONG = "Argument list too long";

  /** Added to the signal's number in an exit mark. */
  private static final int SIGNALED = 256;

  /** How long the writers of a killed wrapper may be silent before they count as dead. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(5);

  /** The same for a wrapper that has exited, whose writers have ended. */
  private static final long SETTLED = TimeUnit.MILLISECONDS.toNanos(300);

  /** Long enough for a wrapper to begin on a busy machine, short enough if it never does. */
  private static final long BEFORE_FIRST_LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * The interval once the command has begun: it leaves a mark at its end, unless it is killed with
   * its wrapper.
   */
  private static final long ONCE_BEGUN = TimeUnit.SECONDS.toNanos(10);

  /** The longest interval between requests for the record. */
  private static final long LONGEST_INTERVAL = TimeUnit.SECONDS.toNanos(60);

  private static final long HURRIED_INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long FIRST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long ONE_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** The number of restarts is unknown: assume that the server restarts it after every failure. */
  private static final int ANY = -1;

  /** The server restarts a failed process after one second. */
  private static final long RESTART = TimeUnit.MILLISECONDS.toNanos(2_500);

  private final String processName;
  private final String subject;
  private final @Nullable Long pid;
  private final ProcessApi api;
  private final NotBegun notBegun;
  private final Time time;
  private final int maxRestarts;
  private final long longestInterval;

  private long due;
  private long interval = FIRST_INTERVAL;
  private boolean begun;
  private int suspected = -1; // the last attempt that may have ended; 0 if its marks are gone
  private volatile boolean hurried;
  private volatile boolean isRefused;
  private @Nullable ProcessRecord record;
  private long recordSince;
  private @Nullable ExitStatus judged;
  private long judgedAt;

  /**
   * How often the server had been upgraded when the process was first seen; negative while unknown.
   */
  private int upgradesBefore = -1;

  /** The exit status, and the attempt that it belongs to. */
  record Final(ExitStatus status, int attempt) {}

  private ExitJudge(
      String processName,
      String subject,
      @Nullable Long pid,
      ExactSandbox sandbox,
      int maxRestarts,
      long firstLook,
      long longestInterval) {
    this.processName = processName;
    this.subject = subject;
    this.pid = pid;
    this.api = sandbox.api();
    this.notBegun = sandbox.notBegun();
    this.time = api.scope().time();
    this.maxRestarts = maxRestarts;
    this.due = time.nanos() + firstLook;
    this.longestInterval = longestInterval;
  }

  /**
   * For a command of ours, whose record is rarely needed.
   *
   * @param maxRestarts how often the server restarts it; 0 for never, negative for always
   * @param isShort whether its record is read for its output anyway, see {@link #take}
   */
  static ExitJudge of(
      String processName, String subject, ExactSandbox sandbox, int maxRestarts, boolean isShort) {
    long firstLook = isShort ? ONCE_BEGUN : BEFORE_FIRST_LOOK;
    return new ExitJudge(
        processName, subject, null, sandbox, maxRestarts, firstLook, LONGEST_INTERVAL);
  }

  /** For a process whose end only the record shows. Blocks for one request. */
  static ExitJudge byRecord(
      ProcessRef ref, ProcessRecord running, ExactSandbox sandbox, CallScope scope) {
    int restarts = running.restartsOnFailure() ? ANY : 0;
    String name = ref.processId();
    ExitJudge judge =
        new ExitJudge(name, name, running.pid(), sandbox, restarts, BEFORE_FIRST_LOOK, ONE_SECOND);
    judge.upgradesBefore = judge.api.in(scope).upgrades(name);
    return judge;
  }

  /** The clock. */
  Time time() {
    return time;
  }

  /** Makes the record be checked on the next occasion. May be called from any thread. */
  void hurry() {
    hurried = true;
  }

  /** The nanoseconds until the record is due to be checked. */
  long soonest(Marks marks) {
    if (marks.tries() > 0 && !begun) {
      begun = true;
      interval = LONGEST_INTERVAL;
      due = time.nanos() + ONCE_BEGUN;
    }
    if (judged != null) {
      return SETTLED;
    }
    // Closed outputs without an exit mark: the command was probably killed with its wrapper.
    boolean isClosed = marks.isClosed(marks.tries());
    if (maxRestarts == 0 && marks.exit(1).isPresent() && isClosed) {
      return Long.MAX_VALUE;
    }
    boolean isGone = begun && marks.tries() == 0;
    boolean isSuspect = marks.exit(marks.tries()).isPresent() || isClosed || isGone;
    if (isSuspect && suspected < marks.tries()) {
      suspected = marks.tries();
      interval = FIRST_INTERVAL;
      due = Math.min(due, time.nanos() + interval);
    }
    return hurried ? 0 : Math.max(TimeUnit.MILLISECONDS.toNanos(1), due - time.nanos());
  }

  /** True if the record is due to be checked. */
  boolean isDue() {
    return judged == null && (hurried || time.nanos() - due >= 0);
  }

  /** Fetches the record if it is due. True if it shows that the process has ended. */
  boolean askIfDue(CallScope scope) {
    if (!isDue()) {
      return false;
    }
    postpone();
    return ask(scope);
  }

  private void postpone() {
    interval = hurried ? HURRIED_INTERVAL : interval;
    hurried = false;
    due = time.nanos() + interval;
    interval = Math.min(2 * interval, longestInterval);
  }

  /**
   * Fetches the record. True if it shows that the process has ended.
   *
   * @throws NotFoundException if its name now belongs to another process
   * @throws PlatformException if the server has no such process
   */
  boolean ask(CallScope scope) {
    ProcessRecord found = record(scope);
    if (pid != null && !pid.equals(found.pid())) {
      throw new NotFoundException(What.PROCESS, failure("its name now belongs to another process"));
    }
    return take(found, scope);
  }

  /** Fetches the current record. May be called from any thread. */
  ProcessRecord record(CallScope scope) {
    return api.in(scope.within(OutputDirectory.ANSWER))
        .find("follow", processName)
        .orElseThrow(() -> new PlatformException(failure("the server has no record of it")));
  }

  /**
   * Takes the record of a short command, which contains its marks. Whether the server was upgraded
   * is checked only if the record decides, or has been polled for long.
   */
  void take(ProcessRecord found, Marks marks, CallScope scope) {
    boolean isWhole = marks.exit(1).isPresent() && marks.isClosed(1);
    if (!isWhole && judged == null && (isDue() || found.exit().isPresent())) {
      postpone();
      take(found, scope);
    }
  }

  private boolean take(ProcessRecord found, CallScope scope) {
    ProcessApi asked = api.in(scope.within(OutputDirectory.ANSWER));
    if (!isSame(found)) {
      recordSince = time.nanos();
    }
    record = found;
    if (found.exit().isEmpty()) {
      upgradesBefore = upgradesBefore < 0 ? asked.upgrades(subject) : upgradesBefore;
      return false;
    }
    if (mayStartAgain(found)) {
      interval = FIRST_INTERVAL;
      due = time.nanos() + interval;
      return false;
    }
    judged = judge(found.exit().get(), asked);
    judgedAt = time.nanos();
    return true;
  }

  /** Takes the end from the stream of the server, which observed it and so did not guess. */
  void takeResult(ProcessRecord ended) {
    record = ended;
    judged = ended.exit().orElseThrow();
    judgedAt = time.nanos();
  }

  private boolean isSame(ProcessRecord found) {
    ProcessRecord before = record;
    return before != null
        && before.status().equals(found.status())
        && before.startedAt().equals(found.startedAt())
        && before.restartCount() == found.restartCount()
        && before.completedAt().equals(found.completedAt());
  }

  /**
   * True if the server may restart it: during the pause before a restart, the record is the same as
   * after the final failure.
   */
  private boolean mayStartAgain(ProcessRecord found) {
    return maxRestarts != 0
        && found.status().equals("FAILED")
        && time.nanos() - recordSince < RESTART;
  }

  /**
   * Distrusts the exit status of a server that was upgraded meanwhile: it cannot know how processes
   * that it took over ended.
   */
  private ExitStatus judge(ExitStatus reported, ProcessApi asked) {
    try {
      if (asked.upgrades(subject) == Math.max(0, upgradesBefore)) {
        return reported;
      }
    } catch (SandboxException e) {
      return new ExitStatus.Unreported(
          "it is unknown whether the sandbox's server guessed the exit status: " + reported);
    }
    return new ExitStatus.Unreported(
        "the sandbox's server was upgraded and may have guessed the exit status: " + reported);
  }

  /** The exit status according to the record; null until it shows the end. */
  @Nullable ExitStatus judged() {
    return judged;
  }

  /** The nanoseconds since {@link #judged} was set. */
  long sinceJudged() {
    return time.nanos() - judgedAt;
  }

  /**
   * True if missing marks will not appear any more. A wrapper that exits has waited for its
   * writers; those of a killed one may still serve a child that holds the outputs open.
   *
   * @param sinceNews the nanoseconds since the last change of the files
   */
  boolean isSettled(long sinceNews) {
    return judged != null && sinceNews >= (judged instanceof ExitStatus.Exited ? SETTLED : QUIET);
  }

  /**
   * The exit status; null until the process has ended.
   *
   * @throws PlatformException if its wrapper could not begin it, see {@link #isRefused}
   * @throws InvalidRequestException if its arguments were too long to run the wrapper
   */
  @Nullable Final find(Marks marks) {
    int attempt = Math.max(1, marks.tries());
    OptionalInt code = marks.exit(attempt);
    boolean isLast =
        maxRestarts == 0
            || (code.isPresent() && code.getAsInt() == 0)
            || (maxRestarts > 0 && attempt > maxRestarts);
    boolean isMarked = code.isPresent() && code.getAsInt() <= SIGNALED + 64;
    if (isMarked && (isLast || judged != null)) {
      return new Final(status(code.getAsInt()), attempt);
    }
    if (judged == null) {
      return null;
    }
    boolean mayBeWrappers = pid == null && !begun && marks.tries() == 0;
    return new Final(mayBeWrappers ? unlessRefused(judged) : judged, attempt);
  }

  /**
   * True if {@link #find} has thrown because the command was not begun. May be called from any
   * thread.
   */
  boolean isRefused() {
    return isRefused;
  }

  private static ExitStatus status(int code) {
    return code > SIGNALED
        ? new ExitStatus.Signaled(new Signal(code - SIGNALED))
        : new ExitStatus.Exited(code);
  }

  /**
   * Throws if the wrapper failed, in which case the command was not begun. If the full disk also
   * holds the server's log, the exit code is the only sign.
   */
  private ExitStatus unlessRefused(ExitStatus reported) {
    ProcessRecord seen = requireNonNull(record);
    int code = seen.exit().map(exit -> exit.code().orElse(-1)).orElse(-1);
    if (code == CANNOT_RUN && seen.stderr().strip().endsWith(TOO_LONG)) {
      isRefused = true;
      throw new InvalidRequestException(
          Failure.of(
              "start",
              subject,
              "argument list too long: arguments and variables together exceed the limit of the"
                  + " sandbox's system; write them to a file"));
    }
    if (code != UNUSABLE && code != PREVENTED) {
      return reported;
    }
    String said = seen.stdout();
    if (said.startsWith(UNABLE)) {
      String reason = said.substring(UNABLE.length()).strip();
      isRefused = true;
      throw notBegun.of(subject, reason, code == PREVENTED);
    }
    return new ExitStatus.Unreported(
        reported
            + " is the command's exit status, or that of its wrapper if it could not write anything");
  }

  private Failure failure(String observed) {
    return Failure.of("follow", subject, observed);
  }
}
