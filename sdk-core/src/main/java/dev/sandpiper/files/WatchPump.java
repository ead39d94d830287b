package dev.sandpiper.files;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.Backoff;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the connection of a watch; if it is lost, opens another and then reports a gap. It does not
 * refer to the caller's {@link FileWatch}, so that one that was never closed can be collected.
 */
final class WatchPump {
  private static final Logger log = LoggerFactory.getLogger(FileWatch.class);
  private static final int ATTEMPTS = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final String directory;
  private final Supplier<WatchConnection> opener;
  private final Runnable cancel;
  private final WatchBuffer buffer;
  private final Executor executor;
  private volatile boolean over;

  WatchPump(
      String directory,
      Supplier<WatchConnection> opener,
      Runnable cancel,
      BackgroundThreads threads) {
    this.directory = directory;
    this.opener = opener;
    this.cancel = cancel;
    this.buffer = new WatchBuffer(threads.time());
    this.executor = threads.executor();
  }

  WatchBuffer buffer() {
    return buffer;
  }

  /** Opens the first connection on this thread and reads it on the executor. */
  void begin() {
    WatchConnection first = opener.get();
    try {
      executor.execute(() -> run(first));
    } catch (RuntimeException | Error e) {
      first.close();
      throw e;
    }
  }

  private void run(WatchConnection first) {
    WatchConnection connection = first;
    try {
      while (connection != null) {
        SandboxException lost = drain(connection);
        connection.close();
        connection = lost == null ? null : reopen(lost);
      }
      buffer.end();
    } catch (SandboxException e) {
      buffer.fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      buffer.fail(new CancelledException(failure("the reading thread was interrupted"), e));
    } catch (RuntimeException | Error e) {
      buffer.fail(
          new IllegalStateException("the reader of the watch of " + directory + " failed", e));
      throw e;
    } finally {
      over = true;
      if (connection != null) {
        connection.close();
      }
    }
  }

  /** Reads until the connection is lost and returns the reason; null if the watch has ended. */
  private @Nullable SandboxException drain(WatchConnection connection) {
    try {
      FileEvent event = connection.next();
      while (event != null && !buffer.isDiscarded()) {
        buffer.put(event);
        event = connection.next();
      }
      return null;
    } catch (SandboxException e) {
      if (buffer.isDiscarded()) {
        return null;
      }
      if (isFinal(e)) {
        throw e;
      }
      return e;
    }
  }

  /** Opens another connection; null if the watch has ended. */
  private @Nullable WatchConnection reopen(SandboxException lost) throws InterruptedException {
    Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    for (int attempt = 1; ; attempt++) {
      buffer.awaitDiscarding(pauses.next().toNanos());
      if (buffer.isDiscarded()) {
        return null;
      }
      try {
        WatchConnection connection = opener.get();
        tell(lost.failure().observed() + "; the watch was reopened");
        return connection;
      } catch (SandboxException e) {
        if (buffer.isDiscarded()) {
          return null;
        }
        if (e instanceof NotFoundException gone && gone.what() == What.FILE) {
          tell(lost.failure().observed() + "; the directory was removed meanwhile");
          return null;
        }
        if (attempt == ATTEMPTS || isFinal(e)) {
          e.addSuppressed(lost);
          throw e;
        }
      }
    }
  }

  private void tell(String reason) {
    log.warn("watch {}: events may be missing: {}", directory, reason);
    buffer.put(new Gap(reason));
  }

  /** True if reconnecting would not help. */
  private static boolean isFinal(SandboxException failure) {
    return failure instanceof AuthenticationException
        || failure instanceof UnsupportedCapabilityException
        || failure instanceof WireFormatException
        || (failure instanceof NotFoundException missing && missing.what() == What.SANDBOX);
  }

  Failure failure(String observed) {
    return Failure.of("watch", directory, observed);
  }

  /** Ends the watch. False if it has ended already. Idempotent. */
  boolean close() {
    boolean isOpen = !over && !buffer.isDiscarded();
    buffer.discard();
    cancel.run();
    return isOpen;
  }
}
