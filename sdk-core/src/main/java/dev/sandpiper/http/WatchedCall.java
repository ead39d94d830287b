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
 * The state of one call for the {@link CallWatch}: which thread is blocked in it, since when, and
 * why it was stopped. The first reason wins. It is set before the call is cancelled, so that the
 * exception that OkHttp throws then can be classified.
 */
final class WatchedCall {

  /** Why we stopped a call. */
  sealed interface Stop {
    /** Its scope was cancelled or its user closed. */
    record Closed() implements Stop {}

    /** The client was closed. */
    record ClientClosed() implements Stop {}

    /** The thread blocked in it was interrupted. */
    record Interrupted() implements Stop {}

    /** A connect, response or idle limit was exceeded. */
    record Silent(Limit limit, Duration value) implements Stop {}

    /** The deadline of its scope passed. */
    record Late(CallScope.End end) implements Stop {}
  }

  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);
  private static final Duration STUCK_AFTER = Duration.ofSeconds(2);

  private final Limits limits;
  private final Time time;
  private final Runnable whenCancelled;
  private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>(); // null: running
  private final AtomicBoolean sent = new AtomicBoolean(); // bytes of the request may have left
  private volatile boolean bodyOpened;
  private volatile @Nullable Throwable contentFailure;
  private volatile ConnectTurns.@Nullable Turn turn;
  private volatile @Nullable String retryAfter;
  private volatile @Nullable Waiting waiting; // null while no thread is blocked in the call
  private volatile @Nullable Waiting last; // kept for reuse
  private volatile @Nullable Call call; // null until OkHttp has been called
  private volatile @Nullable Connection shared; // its HTTP/2 connection; null before it has one
  private volatile @Nullable Connection own; // its HTTP/1.1 connection; null before it has one
  private volatile long stoppedAt;
  private volatile CallScope scope;

  /** A wait of one thread. Reused for equal waits, because a stream waits in each of its reads. */
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

  /** The watched call of an OkHttp request. */
  static WatchedCall of(Request request) {
    return requireNonNull(request.tag(WatchedCall.class), "watched call");
  }

  void begin(Call running) {
    call = running;
    if (stop.get() != null) { // stopped before stop() could see the call
      cancel(running);
    }
  }

  /**
   * Cancels the call. The caller's event listener may throw here, but only after the call was
   * freed.
   */
  private static void cancel(Call running) {
    try {
      running.cancel();
    } catch (RuntimeException | Error e) {
      ForeignFailure.log("cancelling a call", e);
    }
  }

  /** Releases the connection of a call that failed midway. */
  void abandon() {
    Call running = call;
    if (running != null) {
      cancel(running);
    }
  }

  /** Called when the current thread begins to wait for a connection. */
  void connecting() {
    enter(Limit.CONNECT, limits.connect());
  }

  /**
   * Called when the current thread begins to wait for a write to complete or a response to begin.
   */
  void awaitingResponse() {
    enter(Limit.RESPONSE, limits.response());
  }

  /** Called when the current thread begins to wait for the next bytes of the response. */
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
    waiting = next; // last, so that the watch never sees an old start time
  }

  void exit() {
    waiting = null;
  }

  /** The clock for its limits. */
  Time time() {
    return time;
  }

  /** Stops the call if the waiting thread was interrupted or has waited past a limit. */
  void check(long now) {
    Waiting current = waiting;
    if (stop.get() != null) {
      if (current != null) { // still blocked after the stop

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
   * On HTTP/2, cancelling a call resets its stream but does not interrupt a blocked write to the
   * shared socket. If the thread is still blocked some time after the stop, the peer reads nothing
   * from any stream, so the connection is closed.
   */
  private void freeIfStuck(long now) {
    Connection connection = shared;
    if (connection == null || now - stoppedAt < STUCK_AFTER.toNanos()) {
      return;
    }
    try {
      // Without this, close() would block until the TLS close_notify can be written.
      connection.socket().setSoLinger(true, 0);
      connection.socket().close();
    } catch (IOException e) {
      log.debug("closing a stuck connection failed", e);
    }
  }

  /** Makes the call end with another scope. */
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
    if (current != null) { // it may wait for a turn to connect, which cancel() does not end
      LockSupport.unpark(current.thread);
    }
  }

  /** Records an interrupt that surfaced as an exception before {@link #check} saw the flag. */
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
   * Called when the connection is established and bytes are about to be sent. False the second
   * time.
   */
  boolean markSent() {
    return sent.compareAndSet(false, true);
  }

  /** False if it is certain that no byte of the request was sent. */
  boolean isSent() {
    return sent.get();
  }

  /** Called when the content to send is read for the first time. */
  void markBodyOpened() {
    bodyOpened = true;
  }

  boolean isBodyOpened() {
    return bodyOpened;
  }

  /** Called when the caller's content threw an unchecked exception. */
  void markContentFailure(Throwable failure) {
    contentFailure = failure;
  }

  /** True if the caller's own content threw this, so that it is rethrown unchanged. */
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
   * Closes an HTTP/1.1 connection, on which the rest of an unparsable response may still arrive and
   * would be read as the next response. On HTTP/2 one stream cannot affect another.
   */
  void distrustConnection() {
    Connection connection = own;
    if (connection == null) {
      return;
    }
    try {
      connection.socket().close();
    } catch (IOException e) {
      log.debug("closing the connection of an unparsable response failed", e);
    }
  }

  void hasTurn(ConnectTurns.Turn granted) {
    turn = granted;
  }

  /** The turn to acquire a connection; null if calls do not take turns. */
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
