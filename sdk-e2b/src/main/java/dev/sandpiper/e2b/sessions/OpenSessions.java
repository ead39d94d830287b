package dev.sandpiper.e2b.sessions;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Unclosed;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the open sessions of one client from being deleted as idle. While there are any, one timer
 * makes one thread request all of them, one after the other. Thread-safe.
 */
final class OpenSessions {
  private static final Logger log = LoggerFactory.getLogger(OpenSessions.class);
  private static final Duration ONE_REFRESH = Duration.ofSeconds(10);

  private final BackgroundThreads threads;
  private final Duration interval;
  private final CallScope scope;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private final Set<SessionCalls> sessions = ConcurrentHashMap.newKeySet();

  // Guarded by this. Null while there is nothing to refresh.
  private @Nullable Future<?> timer;

  OpenSessions(BackgroundThreads threads, Duration interval) {
    this.threads = threads;
    this.interval = interval;
    this.scope = threads.scope();
  }

  /** Refreshes {@code session} from now on, at most until {@code handle} is garbage-collected. */
  void add(Session handle, SessionCalls session) {
    add(session);
    Unclosed.onGarbage(handle, () -> remove(session));
  }

  synchronized void add(SessionCalls session) {
    sessions.add(session);
    if (timer == null) {
      timer = threads.timers().every(interval, this::begin);
    }
  }

  /** False if it was not refreshed. */
  synchronized boolean remove(SessionCalls session) {
    boolean removed = sessions.remove(session);
    if (sessions.isEmpty() && timer != null) {
      timer.cancel(false);
      timer = null;
    }
    return removed;
  }

  private void begin() {
    if (refreshing.compareAndSet(false, true)) {
      threads.promptly().execute(this::refreshAll);
    }
  }

  private void refreshAll() {
    try {
      List.copyOf(sessions).stream().filter(sessions::contains).forEach(this::refresh);
    } finally {
      refreshing.set(false);
    }
  }

  private void refresh(SessionCalls session) {
    try {
      session.look("refresh", scope.within(ONE_REFRESH));
    } catch (NotFoundException e) {
      if (remove(session)) {
        log.warn("session {} has gone, although it was open here", session.id());
      }
    } catch (SandboxException e) {
      if (!scope.isCancelled()) {
        log.warn("session {} could not be refreshed: {}", session.id(), e.getMessage());
      }
    }
  }

  void close() {
    scope.cancel();
    List.copyOf(sessions).forEach(this::remove);
  }
}
