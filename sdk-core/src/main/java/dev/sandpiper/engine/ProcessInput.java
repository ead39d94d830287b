package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The standard input of one command. Small writes are gathered, large ones cut into pieces, and one
 * thread at a time sends, which keeps the order. Whatever fails is a {@link SandboxException}, and
 * fails all that comes later.
 */
final class ProcessInput {
  /**
   * Four times what a pipe holds. Each piece costs a round trip, so that small ones are slow over a
   * distance; each is in memory a few times, here and in the sandbox, so that large ones are too
   * much for hundreds of commands.
   */
  static final int PIECE = 256 << 10;

  /** For an answer that is on its way when the command has ended. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final RunningCommand command;
  private final AtomicReference<@Nullable SandboxException> over = new AtomicReference<>();

  /** Held while something is sent, which may block for long. */
  private final ReentrantLock sending = new ReentrantLock();

  // All guarded by sending.
  private final Buffer kept = new Buffer();
  private @Nullable SandboxException failure;
  private boolean closed;

  ProcessInput(RunningCommand command) {
    this.command = command;
  }

  /** Keeps these bytes; blocks while whole pieces of them are sent. */
  void write(byte[] bytes, int offset, int length) {
    alone(
        () -> {
          requireOpen();
          int from = offset;
          int left = length;
          while (left > 0) {
            int count = Math.min(left, PIECE - (int) kept.size());
            kept.write(bytes, from, count);
            from += count;
            left -= count;
            if (kept.size() == PIECE) {
              sendKept();
            }
          }
        });
  }

  /** Blocks until the command's pipe has all that was written. */
  void flush() {
    alone(
        () -> {
          if (!closed) {
            requireOpen();
            sendKept();
          }
        });
  }

  /** Sends what is kept and then the end of file; nothing after a failure. Idempotent. */
  void close() {
    alone(
        () -> {
          if (!closed) {
            closed = true;
            if (failure == null) {
              sendKept();
              sendEnd();
            }
          }
        });
  }

  private void alone(Runnable action) {
    try {
      sending.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(problem("its thread was interrupted"), e);
    }
    try {
      action.run();
    } finally {
      sending.unlock();
    }
  }

  private void requireOpen() {
    if (failure != null) {
      throw failure;
    }
    if (closed) {
      throw new CancelledException(problem("it was closed before"));
    }
  }

  private void sendKept() {
    if (kept.size() > 0) {
      byte[] piece = kept.readByteArray();
      send(() -> command.input().write(piece, 0, piece.length));
    }
  }

  /** One that takes no more needs no end of file either. */
  private void sendEnd() {
    try {
      send(() -> command.input().close());
    } catch (InputClosedException e) {
      failure = e;
    }
  }

  private void send(Runnable request) {
    try {
      requireLiving();
      request.run();
    } catch (SandboxException e) {
      SandboxException reason = over.get();
      failure = reason == null ? e : reason;
      kept.clear();
      throw failure;
    }
  }

  private void requireLiving() {
    SandboxException reason = over.get();
    if (reason != null) {
      throw reason;
    }
  }

  /** Nothing more is sent, because the command has exited. What is being sent may be finished. */
  void exited() {
    over(new InputClosedException(problem("the process has exited")));
  }

  /** Nothing more is sent, because of {@code reason}. The first reason counts. */
  void over(SandboxException reason) {
    over.compareAndSet(null, reason);
  }

  /** After {@link #over}: waits a moment for the sender, then gives up on its behalf. */
  void release(BackgroundThreads threads) {
    try {
      threads.scope().within(GRACE).lock(sending, problem(""));
      sending.unlock();
    } catch (SandboxException e) {
      // He still sends, or this thread was interrupted.
    }
    Uninterrupted.run(() -> command.input().giveUp());
  }

  Failure problem(String observed) {
    return Failure.of("write stdin", command.name(), observed);
  }
}
