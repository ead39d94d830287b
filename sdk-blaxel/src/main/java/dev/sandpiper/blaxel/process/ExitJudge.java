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
 * Decides how a process ended, for every route: by the mark of its exit where there is one, and
 * otherwise by the server's record, which costs more to ask and knows less. A mark or a writer that
 * may be gone is waited for within a bound. Owned by the reading thread, but for {@link #hurry}.
 */
final class ExitJudge {
  static final String UNABLE = "sandpiper: the command was not begun: ";

  /** The wrapper will never work in this sandbox. */
  private static final int UNUSABLE = 125;

  /** The wrapper could not work this time: {@code EX_TEMPFAIL} of sysexits.h. */
  private static final int PREVENTED = 75;

  /** The shell could not run the wrapper, for the reason that it gives. */
  private static final int CANNOT_RUN = 126;

  /** The reason E2BIG, in the words of glibc and musl. */
  private static final String TOO_LONG = "Argument list too long";

  /** What a mark of an exit adds to the number of a signal. */
  private static final int SIGNALED = 256;

  /** How long a killed wrapper's writers may be silent before they are taken for dead. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(5);

  /** The same for those of one that has exited, which are over. */
  private static final long SETTLED = TimeUnit.MILLISECONDS.toNanos(300);

  /** Long enough for a wrapper to begin on a busy machine, short for one that never does. */
  private static final long BEFORE_FIRST_LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  /** What has begun leaves a mark at its end, unless it is killed with its wrapper. */
  private static final long ONCE_BEGUN = TimeUnit.SECONDS.toNanos(10);

  /** How seldom it is asked for at last. */
  private static final long LONGEST_INTERVAL = TimeUnit.SECONDS.toNanos(60);

  private static final long HURRIED_INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long FIRST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long ONE_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** The server starts it again as often as it fails, as far as we know. */
  private static final int ANY = -1;

  /** The server starts again what has failed after one second. */
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
  private int suspected = -1; // the last try that may have ended; 0 if its marks are gone
  private volatile boolean hurried;
  private volatile boolean isRefused;
  private @Nullable ProcessRecord record;
  private long recordSince;
  private @Nullable ExitStatus judged;
  private long judgedAt;

  /** How often the server had replaced itself while the process ran; negative while unknown. */
  private int upgradesBefore = -1;

  /** How it ended, and in which try. */
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
   * Of a command of ours, whose record seldom has to be asked.
   *
   * @param maxRestarts how often the server starts it again; 0 for never, negative for always
   * @param isShort whether its record is looked at for its output, see {@link #take}
   */
  static ExitJudge of(
      String processName, String subject, ExactSandbox sandbox, int maxRestarts, boolean isShort) {
    long firstLook = isShort ? ONCE_BEGUN : BEFORE_FIRST_LOOK;
    return new ExitJudge(
        processName, subject, null, sandbox, maxRestarts, firstLook, LONGEST_INTERVAL);
  }

  /** Of a process of which only the record tells the end. Blocks for one request. */
  static ExitJudge byRecord(
      ProcessRef ref, ProcessRecord running, ExactSandbox sandbox, CallScope scope) {
    int restarts = running.restartsOnFailure() ? ANY : 0;
    String name = ref.processId();
    ExitJudge judge =
        new ExitJudge(name, name, running.pid(), sandbox, restarts, BEFORE_FIRST_LOOK, ONE_SECOND);
    judge.upgradesBefore = judge.api.in(scope).upgrades(name);
    return judge;
  }

  /** By which its times count. */
  Time time() {
    return time;
  }

  /** Has the record be looked at the next time. From any thread. */
  void hurry() {
    hurried = true;
  }

  /** In how many nanoseconds the record wants to be looked at. */
  long soonest(Marks marks) {
    if (marks.tries() > 0 && !begun) {
      begun = true;
      interval = LONGEST_INTERVAL;
      due = time.nanos() + ONCE_BEGUN;
    }
    if (judged != null) {
      return SETTLED;
    }
    // Outputs that are closed without an exit are those of one that was killed with its wrapper.
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

  /** True if the record is to be looked at now. */
  boolean isDue() {
    return judged == null && (hurried || time.nanos() - due >= 0);
  }

  /** Asks for the record, if it is time. True if that tells that the process is over. */
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
   * Asks for the record. True if that tells that the process is over.
   *
   * @throws NotFoundException if its name belongs to another process by now
   * @throws PlatformException if the server does not know it
   */
  boolean ask(CallScope scope) {
    ProcessRecord found = record(scope);
    if (pid != null && !pid.equals(found.pid())) {
      throw new NotFoundException(
          What.PROCESS, failure("meanwhile its name belongs to another process"));
    }
    return take(found, scope);
  }

  /** The record as it is now. From any thread. */
  ProcessRecord record(CallScope scope) {
    return api.in(scope.within(OutputDirectory.ANSWER))
        .find("follow", processName)
        .orElseThrow(() -> new PlatformException(failure("the server does not know it")));
  }

  /**
   * Learns of the record of a short command, in which its marks are. Whether a server was upgraded
   * is asked only where the record has to be believed, or is looked at for long.
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

  /** Learns of the end from the stream of the server that has seen it, and so has not guessed. */
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

  /** During the pause before a restart the record looks exactly as after the last failure. */
  private boolean mayStartAgain(ProcessRecord found) {
    return maxRestarts != 0
        && found.status().equals("FAILED")
        && time.nanos() - recordSince < RESTART;
  }

  /** A server that has replaced itself cannot know how what it took over has ended. */
  private ExitStatus judge(ExitStatus told, ProcessApi asked) {
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

  /** How it ended by its record; null while that does not say so. */
  @Nullable ExitStatus judged() {
    return judged;
  }

  /** For how many nanoseconds that has been known. */
  long sinceJudged() {
    return time.nanos() - judgedAt;
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

  /**
   * Null while it is not over.
   *
   * @throws PlatformException if its wrapper could not begin it, see {@link #isRefused}
   * @throws InvalidRequestException if its wrapper could not be run for its long arguments
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

  /** True if nothing of it has run, which {@link #find} has thrown. From any thread. */
  boolean isRefused() {
    return isRefused;
  }

  private static ExitStatus status(int code) {
    return code > SIGNALED
        ? new ExitStatus.Signaled(new Signal(code - SIGNALED))
        : new ExitStatus.Exited(code);
  }

  /**
   * A wrapper that cannot work says so in place of the command, which has not begun then. Where the
   * disk that is full holds the server's log too, its exit code is all that comes through.
   */
  private ExitStatus unlessRefused(ExitStatus told) {
    ProcessRecord seen = requireNonNull(record);
    int code = seen.exit().map(exit -> exit.code().orElse(-1)).orElse(-1);
    if (code == CANNOT_RUN && seen.stderr().strip().endsWith(TOO_LONG)) {
      isRefused = true;
      throw new InvalidRequestException(
          Failure.of(
              "start",
              subject,
              "argument list too long: arguments and variables together have more bytes than the"
                  + " sandbox's system gives to a program; write them to a file"));
    }
    if (code != UNUSABLE && code != PREVENTED) {
      return told;
    }
    String said = seen.stdout();
    if (said.startsWith(UNABLE)) {
      String reason = said.substring(UNABLE.length()).strip();
      isRefused = true;
      throw notBegun.of(subject, reason, code == PREVENTED);
    }
    return new ExitStatus.Unreported(
        told + " is the command's, or that of its wrapper where nothing can be written");
  }

  private Failure failure(String observed) {
    return Failure.of("follow", subject, observed);
  }
}
