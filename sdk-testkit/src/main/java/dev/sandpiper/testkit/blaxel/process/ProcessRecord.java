package dev.sandpiper.testkit.blaxel.process;

import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the server knows about one process, which is not always what is true: {@code stopped} is
 * said as soon as the signal is sent. Thread-safe.
 */
final class ProcessRecord {
  /** The JSON of a process. */
  enum Status {
    RUNNING,
    COMPLETED,
    FAILED,
    STOPPED,
    KILLED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** All that changes, at one moment. */
  record State(
      Status status,
      Instant startedAt,
      @Nullable Instant completedAt,
      int exitCode,
      int restartCount,
      boolean keepAlive) {
    State with(Status other) {
      return new State(other, startedAt, completedAt, exitCode, restartCount, keepAlive);
    }

    State withoutKeepAlive() {
      return new State(status, startedAt, completedAt, exitCode, restartCount, false);
    }
  }

  private final long pid;
  private final String name;
  private final String workingDir;
  private final LogFiles files;
  private final Tailer tailer;
  private final CompletableFuture<Void> finished = new CompletableFuture<>();

  // Its variables may be long, and a record stays for as long as its sandbox.
  private volatile StartRequest request;

  // Guarded by this object's monitor. The group is the kernel's number, as far as the server knows
  // it.
  private State state;
  private long group;

  ProcessRecord(
      long pid,
      String name,
      String workingDir,
      StartRequest request,
      LogFiles files,
      Tailer tailer) {
    this.pid = pid;
    this.name = name;
    this.workingDir = workingDir;
    this.request = request;
    this.files = files;
    this.tailer = tailer;
    this.group = pid;
    this.state = new State(Status.RUNNING, Instant.now(), null, 0, 0, request.keepAlive());
  }

  /** The number by which it goes: that of its first attempt, for good. */
  long pid() {
    return pid;
  }

  String name() {
    return name;
  }

  String workingDir() {
    return workingDir;
  }

  StartRequest request() {
    return request;
  }

  LogFiles files() {
    return files;
  }

  Tailer tailer() {
    return tailer;
  }

  /** Completes when the last attempt has ended and its output was taken. */
  CompletableFuture<Void> finished() {
    return finished;
  }

  synchronized State state() {
    return state;
  }

  boolean isRunning() {
    return state().status() == Status.RUNNING;
  }

  synchronized long group() {
    return group;
  }

  /**
   * The server's mistake: a look-up of a process by its number has it forget under which number the
   * process was started again.
   */
  synchronized void forgetGroup() {
    if (state.status() == Status.RUNNING) group = pid;
  }

  /** It runs again, under another number of the kernel's. */
  synchronized void restarted(long newGroup) {
    group = newGroup;
    state =
        new State(Status.RUNNING, Instant.now(), null, 0, state.restartCount(), state.keepAlive());
  }

  /** Notes an end. True if the process is to be started once more. */
  synchronized boolean exited(int code) {
    Status status = state.status();
    if (code == 0) {
      status = Status.COMPLETED;
    } else if (status == Status.RUNNING) {
      status = Status.FAILED;
    }
    boolean again = status == Status.FAILED && request.restartOnFailure() && hasAttempts(state);
    state =
        new State(
            status,
            state.startedAt(),
            Instant.now(),
            code,
            state.restartCount() + (again ? 1 : 0),
            state.keepAlive());
    if (!again) request = request.withoutVariables();
    return again;
  }

  private boolean hasAttempts(State state) {
    return request.maxRestarts() < 0 || state.restartCount() < request.maxRestarts();
  }

  /** How a signal is sent to the group; returns null, or why it could not be. */
  interface Sending {
    @Nullable String send(long group) throws IOException;
  }

  /**
   * Says that the process is stopped or killed, and sends the signal; takes it back if that fails.
   *
   * @return null, or why the signal could not be sent
   */
  @Nullable String end(Status claimed, Sending signal) throws IOException {
    State before = claim(claimed);
    String reason = signal.send(group());
    synchronized (this) {
      if (reason == null) {
        state = state.withoutKeepAlive();
      } else if (state.status() == claimed) {
        state = state.with(state.completedAt() == null ? before.status() : ended(before));
      }
      return reason;
    }
  }

  private synchronized State claim(Status claimed) {
    State before = state;
    state = state.with(claimed);
    return before;
  }

  /** What to say of a process whose end came between. */
  private Status ended(State before) {
    if (before.completedAt() != null) return before.status();
    return state.exitCode() == 0 ? Status.COMPLETED : Status.FAILED;
  }
}
