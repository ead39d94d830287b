package dev.sandpiper.http;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.DeadlineExceededException.Limit;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call as the {@link CallWatch} sees it: who is blocked in it, since when, and why it was
 * stopped. The first reason wins, and it is set before the call is cancelled, so that whatever
 * OkHttp then throws can be classified.
 */
final class WatchedCall {

  /** Why a call was stopped by us. */
  sealed interface Stop {
    /** Somebody closed what used the call. */
    record Closed() implements Stop {}

    /** The thread that was blocked in it has been interrupted. */
    record Interrupted() implements Stop {}

    /** Nothing happened for too long. */
    record Silent(Limit limit, Duration value) implements Stop {}

    /** The whole of it has taken too long. */
    record Late(CallScope.End end) implements Stop {}
  }

  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);
  private static final Duration STUCK_AFTER = Duration.ofSeconds(2);

  private final Limits limits;
  private final Time time;
  private final Runnable whenCancelled;
  private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>();
  private final AtomicBoolean sent = new AtomicBoolean();
  private volatile boolean bodyOpened;
  private volatile @Nullable Throwable contentFailure;
  private volatile ConnectTurns.@Nullable Turn turn;
  private volatile @Nullable String retryAfter;
  private volatile @Nullable Waiting waiting;
  private volatile @Nullable Waiting last; // to be used again
  private volatile @Nullable Call call;
  private volatile @Nullable Connection shared;
  private volatile @Nullable Connection own; // of HTTP/1.1
  private volatile long stoppedAt;
  private volatile CallScope scope;

  /** Who waits, for what. One object for many waits: a stream waits for each of its reads. */
  private static final class Waiting {
    final Thread thread;
    final Limit limit;
    final Duration value;
    volatile long since; // nanoseconds

    Waiting(Thread thread, Limit limit, Duration value) {
      this.thread = thread;
      this.limit = limit;
      this.value = value;
    }

    boolean isSame(Thread other, Limit otherLimit, Duration otherValue) {
      return thread == other && limit == otherLimit && value.equals(otherValue);
    }
  }

  WatchedCall(Limits limits, CallScope scope, Time time) {
    this.limits = limits;
    this.time = time;
    this.scope = scope;
    this.whenCancelled = this::close;
    scope.onCancel(whenCancelled);
  }

  /** The one that a request belongs to. */
  static WatchedCall of(Request request) {
    return requireNonNull(request.tag(WatchedCall.class), "watched call");
  }

  void begin(Call running) {
    call = running;
    if (stop.get() != null) {
      cancel(running);
    }
  }

  /** Calls a listener of the caller's, after all that frees the call. */
  private static void cancel(Call running) {
    try {
      running.cancel();
    } catch (RuntimeException | Error e) {
      ForeignFailure.log("cancelling a call", e);
    }
  }

  /** Frees what a call holds that failed in the middle of something. */
  void abandon() {
    Call running = call;
    if (running != null) {
      cancel(running);
    }
  }

  /** From now on the current thread waits for a connection. */
  void connecting() {
    enter(Limit.CONNECT, limits.connect());
  }

  /** From now on the current thread waits until something is taken, or answered. */
  void awaitingResponse() {
    enter(Limit.RESPONSE, limits.response());
  }

  /** From now on the current thread waits for the next bytes of the answer. */
  void awaitingBytes(Duration idle) {
    enter(Limit.IDLE, idle);
  }

  private void enter(Limit limit, Duration value) {
    Waiting next = last;
    Thread thread = Thread.currentThread();
    if (next == null || !next.isSame(thread, limit, value)) {
      next = new Waiting(thread, limit, value);
      last = next;
    }
    next.since = time.nanos();
    waiting = next;
  }

  void exit() {
    waiting = null;
  }

  /** The time by which its limits count. */
  Time time() {
    return time;
  }

  /** Stops the call if its waiter was interrupted, or has waited for too long. */
  void check(long now) {
    Waiting current = waiting;
    if (stop.get() != null) {
      if (current != null) {
        freeIfStuck(now);
      }
    } else if (current != null && current.thread.isInterrupted()) {
      stop(new Stop.Interrupted());
    } else if (current != null
        && !current.value.isZero()
        && now - current.since >= Durations.nanos(current.value)) {
      stop(new Stop.Silent(current.limit, current.value));
    } else {
      CallScope.End over = scope.over();
      if (over != null) {
        stop(new Stop.Late(over));
      }
    }
  }

  /**
   * On HTTP/2, cancelling a call ends its stream and not the socket that it may be writing to. Who
   * does not come out has a peer that takes nothing, from anybody: then the connection goes.
   */
  private void freeIfStuck(long now) {
    Connection connection = shared;
    if (connection == null || now - stoppedAt < STUCK_AFTER.toNanos()) {
      return;
    }
    try {
      // Without it, closing would wait until the TLS goodbye can be written.
      connection.socket().setSoLinger(true, 0);
      connection.socket().close();
    } catch (IOException e) {
      log.debug("closing a stuck connection failed", e);
    }
  }

  /** From now on it ends with another scope. */
  void moveTo(CallScope other) {
    leaveScope();
    scope = other;
    other.onCancel(whenCancelled);
  }

  void leaveScope() {
    scope.forget(whenCancelled);
  }

  private void close() {
    stop(new Stop.Closed());
  }

  void stop(Stop reason) {
    if (stop.get() == null) {
      stoppedAt = time.nanos();
    }
    stop.compareAndSet(null, reason);
    Call running = call;
    if (running != null) {
      cancel(running);
    }
    Waiting current = waiting;
    if (current != null) {
      LockSupport.unpark(current.thread);
    }
  }

  /** An interrupt may come out as an exception before {@link #check} has seen the flag. */
  void noteInterrupt(IOException failure) {
    Throwable cause = failure instanceof ContentFailedException ? failure.getCause() : failure;
    if (ContentReads.isInterrupt(cause)) {
      stop(new Stop.Interrupted());
    }
  }

  /** Why we stopped it; null if we did not. */
  @Nullable Stop stopped() {
    return stop.get();
  }

  /**
   * Called when the connection is established and bytes are about to leave. False the second time.
   */
  boolean markSent() {
    return sent.compareAndSet(false, true);
  }

  /** False if it is certain that no byte of the request has left. */
  boolean isSent() {
    return sent.get();
  }

  /** Called when what is to be sent is read for the first time. */
  void markBodyOpened() {
    bodyOpened = true;
  }

  boolean isBodyOpened() {
    return bodyOpened;
  }

  /** Called when the caller's own content threw, past what it may. */
  void markContentFailure(Throwable failure) {
    contentFailure = failure;
  }

  /** True of what goes to the caller as it is, because it is the caller's own. */
  boolean isContentFailure(Throwable failure) {
    return contentFailure == failure;
  }

  void sharesConnection(Connection connection) {
    shared = connection;
  }

  void hasConnection(Connection connection) {
    own = connection;
  }

  /**
   * Closes a connection of HTTP/1.1, on which the rest of an answer that could not be read may
   * still arrive and would be taken for the next one. A stream of HTTP/2 spoils no other.
   */
  void distrustConnection() {
    Connection connection = own;
    if (connection == null) {
      return;
    }
    try {
      connection.socket().close();
    } catch (IOException e) {
      log.debug("closing a connection failed whose answer could not be read", e);
    }
  }

  void hasTurn(ConnectTurns.Turn granted) {
    turn = granted;
  }

  /** The turn to look for a connection; null where nobody takes turns. */
  ConnectTurns.@Nullable Turn turn() {
    return turn;
  }

  void keepRetryAfter(String value) {
    retryAfter = value;
  }

  @Nullable String retryAfter() {
    return retryAfter;
  }
}
