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
 * Sends a command the content of its standard input, on a thread of the client's executor, until
 * all is sent, the command takes no more, or it is {@link #stop stopped}. Without a content it does
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
  private volatile @Nullable SandboxException failure;

  // Guarded by this.
  private boolean begun;
  private boolean stopped;
  private @Nullable Thread reader; // in the caller's source, and only then interrupted

  /**
   * @param operation the verb of the caller, for the failure of the content
   */
  StdinFeed(Optional<Content> content, ProcessInput input, String operation, String name) {
    this.content = content.orElse(null);
    this.input = input;
    this.unreadable =
        Failure.of(operation, name, "what it was to read from stdin could not be read");
    if (content.isEmpty()) {
      done.complete(true);
    }
  }

  /**
   * Begins to feed.
   *
   * @param onFailure runs on the feeding thread after a failure that nobody has asked for
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
      log.debug("{}", e.getMessage()); // a command need not read all that there is
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

  /** A source that has nothing more for the moment is not waited for before the rest is sent. */
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

  /** Something that the caller's source does, which may block or throw. */
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
      throw new CancelledException(unreadable.withObserved("it is over"));
    }
    reader = Thread.currentThread();
  }

  private synchronized void leaveSource() {
    reader = null;
    if (stopped) {
      Thread.interrupted(); // ours, and the thread is not
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

  /** Why the command was stopped; null if it was not because of its input. */
  @Nullable SandboxException failure() {
    return failure;
  }

  /** Ends feeding, because the command has ended or nobody follows it. A failure now is ignored. */
  synchronized void stop() {
    stopped = true;
    if (reader != null) {
      reader.interrupt();
    }
    if (!begun) {
      done.complete(true);
    }
  }

  /** After {@link #stop}: blocks until feeding has ended. Bounded, whatever the source does. */
  void await(BackgroundThreads threads) {
    boolean isDone =
        Uninterrupted.get(
            () -> {
              if (isDoneSoon(threads)) {
                return true;
              }
              threads.promptly().execute(() -> closeQuietly(source));
              return isDoneSoon(threads);
            });
    if (!isDone) {
      log.warn("{}: the source of its stdin blocks, and does not notice the end", this);
    }
  }

  /** True also if this thread is interrupted, which ends the waiting. */
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
