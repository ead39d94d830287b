package dev.sandpiper.testkit.blaxel.process;

import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The server's record of one process, which is not always accurate: it is {@code stopped} as soon
 * as the signal is sent. Thread-safe.
 */
final class ProcessRecord {
  /** The status in the JSON of a process. */
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

  /** An immutable snapshot of everything that changes. */
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

  /** Its pid for clients: permanently that of its first attempt. */
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

  /** Completes when the last attempt has ended and its output was read. */
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
   * Imitates a fault of the server: a lookup of a process by its pid makes it forget the pid of the
   * restarted process.
   */
  synchronized void forgetGroup() {
    if (state.status() == Status.RUNNING) group = pid;
  }

  /** It was restarted, with another pid of the kernel. */
  synchronized void restarted(long newGroup) {
    group = newGroup;
    state =
        new State(Status.RUNNING, Instant.now(), null, 0, state.restartCount(), state.keepAlive());
  }

  /** Records an end. True if the process is to be restarted. */
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

  /** Sends a signal to the group; returns null, or why it could not be sent. */
  interface Sending {
    @Nullable String send(long group) throws IOException;
  }

  /**
   * Sets the status to stopped or killed, and sends the signal; reverts the status if that fails.
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

  /** The status of a process that ended in between. */
  private Status ended(State before) {
    if (before.completedAt() != null) return before.status();
    return state.exitCode() == 0 ? Status.COMPLETED : Status.FAILED;
  }
}
