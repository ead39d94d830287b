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
 * The standard input of one command. Small writes are buffered and large ones split into pieces;
 * one thread at a time sends, which keeps the order. Every failure is a {@link SandboxException},
 * and fails all later writes too.
 */
final class ProcessInput {
  /**
   * Four times the capacity of a pipe. Each piece costs a round trip, so smaller pieces are slow at
   * high latency; each is copied a few times, here and in the sandbox, so larger ones take too much
   * memory for hundreds of commands.
   */
  static final int PIECE = 256 << 10;

  /** For a response that is in flight when the command ends. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final RunningCommand command;

  /** Why nothing more is sent; null while the command may take input. */
  private final AtomicReference<@Nullable SandboxException> over = new AtomicReference<>();

  /** Held while a piece is sent, which may block for a long time. */
  private final ReentrantLock sending = new ReentrantLock();

  // All guarded by sending.
  private final Buffer kept = new Buffer();
  private @Nullable SandboxException failure;
  private boolean closed;

  ProcessInput(RunningCommand command) {
    this.command = command;
  }

  /** Buffers these bytes; blocks while full pieces are sent. */
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

  /** Blocks until everything written is in the command's pipe. */
  void flush() {
    alone(
        () -> {
          if (!closed) {
            requireOpen();
            sendKept();
          }
        });
  }

  /** Sends the buffered bytes and then end of file; nothing after a failure. Idempotent. */
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
      throw new CancelledException(problem("it is closed"));
    }
  }

  private void sendKept() {
    if (kept.size() > 0) {
      byte[] piece = kept.readByteArray();
      send(() -> command.input().write(piece, 0, piece.length));
    }
  }

  /**
   * A command that has closed its stdin needs no end of file: that is not a failure of the close.
   */
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

  /** Ends the input because the command has exited. A piece that is being sent may still finish. */
  void exited() {
    over(new InputClosedException(problem("the process has exited")));
  }

  /** Ends the input because of {@code reason}. The first reason wins. */
  void over(SandboxException reason) {
    over.compareAndSet(null, reason);
  }

  /** After {@link #over}: waits briefly for the sending thread, then aborts its request. */
  void release(BackgroundThreads threads) {
    try {
      threads.scope().within(GRACE).lock(sending, problem(""));
      sending.unlock();
    } catch (SandboxException e) {
      // The sending thread is still blocked, or this thread was interrupted: abort below.
    }
    Uninterrupted.run(() -> command.input().giveUp());
  }

  Failure problem(String observed) {
    return Failure.of("write stdin", command.name(), observed);
  }
}
