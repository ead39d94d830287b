package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Uninterrupted;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the caller's content to a command's stdin on the client's executor, until everything is
 * sent, the command closes its stdin, or the feed is {@link #stop stopped}. Without content it does
 * nothing.
 */
final class StdinFeed {
  private static final Logger log = LoggerFactory.getLogger(StdinFeed.class);
  private static final Duration GRACE = Duration.ofMillis(500);

  private final @Nullable Content content;
  private final ProcessInput input;
  private final Failure unreadable;
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private volatile @Nullable InputStream source;
  private volatile @Nullable SandboxException failure; // of the source; not set once stopped

  // Guarded by this.
  private boolean begun; // a thread runs the feed
  private boolean stopped;
  private @Nullable Thread reader; // set while it is in the caller's source; only then interrupted

  /**
   * @param operation the caller's operation, for failures of the content
   */
  StdinFeed(Optional<Content> content, ProcessInput input, String operation, String name) {
    this.content = content.orElse(null);
    this.input = input;
    this.unreadable = Failure.of(operation, name, "the content of its stdin could not be read");
    if (content.isEmpty()) {
      done.complete(true);
    }
  }

  /**
   * Begins to feed.
   *
   * @param onFailure runs on the feeding thread after a failure, unless the feed was stopped
   */
  void begin(BackgroundThreads threads, Runnable onFailure) {
    if (content != null) {
      Content fed = content;
      threads.executor().execute(() -> run(fed, onFailure));
    }
  }

  private void run(Content fed, Runnable onFailure) {
    if (!enter()) {
      return;
    }
    try {
      feed(fed);
    } catch (InputClosedException e) {
      log.debug("{}", e.getMessage()); // a command need not read all of its stdin
    } catch (SandboxException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(unreadable(e));
      throw e;
    } finally {
      done.complete(true);
      if (failure != null) {
        onFailure.run();
      }
    }
  }

  private synchronized boolean enter() {
    begun = true;
    return !stopped;
  }

  private void feed(Content fed) {
    InputStream opened = reading(fed::open);
    source = opened;
    try {
      copy(opened);
      reading(
          () -> {
            opened.close();
            return opened;
          });
    } catch (RuntimeException | Error e) {
      closeQuietly(opened);
      throw e;
    }
    input.close();
  }

  /** Flushes before a read that may block, so that the command gets what the source has so far. */
  private void copy(InputStream opened) {
    byte[] bytes = new byte[64 << 10];
    int count;
    while ((count = reading(() -> opened.read(bytes))) >= 0) {
      input.write(bytes, 0, count);
      if (reading(opened::available) == 0) {
        input.flush();
      }
    }
  }

  /** A call into the caller's source, which may block or throw. */
  @FunctionalInterface
  private interface Reading<T> {
    T run() throws IOException;
  }

  private <T> T reading(Reading<T> action) {
    enterSource();
    try {
      return action.run();
    } catch (IOException | RuntimeException e) {
      throw unreadable(e);
    } finally {
      leaveSource();
    }
  }

  private synchronized void enterSource() {
    if (stopped) {
      throw new CancelledException(unreadable.withObserved("the command has ended"));
    }
    reader = Thread.currentThread();
  }

  private synchronized void leaveSource() {
    reader = null;
    if (stopped) {
      Thread.interrupted(); // clears the interrupt of stop(): the thread belongs to the executor
    }
  }

  private CancelledException unreadable(Throwable cause) {
    return new CancelledException(unreadable, cause);
  }

  private synchronized void fail(SandboxException e) {
    if (!stopped) {
      failure = e;
    }
  }

  /** The failure because of which the command was stopped; null if its input did not fail. */
  @Nullable SandboxException failure() {
    return failure;
  }

  /**
   * Ends the feed, because the command has ended or is no longer followed. Later failures are
   * ignored.
   */
  synchronized void stop() {
    stopped = true;
    if (reader != null) {
      reader.interrupt();
    }
    if (!begun) {
      done.complete(true);
    }
  }

  /** After {@link #stop}: blocks until the feed has ended, for a bounded time. */
  void await(BackgroundThreads threads) {
    boolean isDone =
        Uninterrupted.get(
            () -> {
              if (isDoneSoon(threads)) {
                return true;
              }
              // Not closed here: the source may block in close() as well.
              threads.promptly().execute(() -> closeQuietly(source));
              return isDoneSoon(threads);
            });
    if (!isDone) {
      log.warn("{}: the source of its stdin is still blocked after interrupt and close", this);
    }
  }

  /** Also true if this thread is interrupted, which ends the wait. */
  private boolean isDoneSoon(BackgroundThreads threads) {
    try {
      return threads.time().isDone(done, GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static void closeQuietly(@Nullable InputStream stream) {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (IOException | RuntimeException e) {
      log.debug("the source of stdin could not be closed: {}", e.toString());
    }
  }

  @Override
  public String toString() {
    return unreadable.operation() + " " + unreadable.subject();
  }
}
