package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The standard input of one process, as files that its wrapper feeds to the command in order. Each
 * piece can be sent again without harm, as a copy of its own, and no request hangs because nobody
 * reads. One writer at a time, in all of the world.
 */
final class ExactInput {
  /** How much may lie in the sandbox that the command has not taken. */
  private static final long WINDOW = 1 << 20;

  private static final int ATTEMPTS = 3;
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

  private final String id;
  private final String name;
  private final ExactFiles files;
  private final ProcessMarks marks;
  private final boolean isCertain;
  private final CallScope cancellation = CallScope.open();
  private final ReentrantLock sending = new ReentrantLock();
  private volatile boolean exited;
  private volatile boolean givenUp;
  private long position = -1; // of the writing thread; negative while unknown

  /**
   * @param isCertain true if it was started with an input by us
   */
  ExactInput(String id, String name, ExactFiles files, ProcessMarks marks, boolean isCertain) {
    this.id = id;
    this.name = name;
    this.files = files;
    this.marks = marks;
    this.isCertain = isCertain;
  }

  /** See {@link dev.sandpiper.engine.RunningCommand#writeStdin}. */
  void write(byte[] bytes, int offset, int length) {
    enter();
    try {
      requireOpen();
      awaitRoom(length);
      byte[] piece = Arrays.copyOfRange(bytes, offset, offset + length);
      long to = position + length;
      String file = id + ".i." + position + "." + to + ".";
      // A copy that comes late must not change what is being read.
      repeatedly(attempt -> files.write(file + attempt, piece, cancellation));
      position = to;
      wake();
      rejectIfClosed();
    } finally {
      sending.unlock();
    }
  }

  /** See {@link dev.sandpiper.engine.RunningCommand#closeStdin}. */
  void close() {
    enter();
    try {
      requireOpen();
      repeatedly(attempt -> files.write(id + ".z." + position, "", cancellation));
      wake();
    } finally {
      sending.unlock();
    }
  }

  /** Frees whoever is blocked, and fails who comes later. */
  void giveUp() {
    givenUp = true;
    cancellation.cancel();
    marks.wake();
  }

  /** The process is over; has something run when nothing of this is on its way any more. */
  void end(Runnable then) {
    exited = true;
    giveUp();
    sending.lock();
    try {
      then.run();
    } finally {
      sending.unlock();
    }
  }

  private void enter() {
    try {
      cancellation.lock(sending, failure(""));
    } catch (CancelledException e) {
      rejectIfClosed();
      throw e;
    }
  }

  private void requireOpen() {
    rejectIfClosed();
    if (position >= 0) {
      return;
    }
    if (!isCertain) {
      repeatedly(attempt -> marks.see(files.list(cancellation)));
      if (!marks.has(Mark.Input.OPEN) || marks.has(Mark.Input.ENDED)) {
        throw new InvalidRequestException(
            failure("its standard input is not open; Command.openStdin() opens it"));
      }
    }
    position = marks.inputSent();
  }

  private void rejectIfClosed() {
    if (exited) {
      throw new InputClosedException(failure("the process has exited"));
    }
    if (givenUp) {
      throw new CancelledException(failure("it was given up"));
    }
    if (marks.has(Mark.Input.CLOSED)) {
      throw new InputClosedException(failure("the process has closed its standard input"));
    }
    if (marks.tries() > 0 && marks.exit(marks.tries()).isPresent()) {
      throw new InputClosedException(failure("the process has exited"));
    }
  }

  /** Has the feeder look; saying it twice does no harm. */
  private void wake() {
    repeatedly(attempt -> files.write(id + ".n", "look\n", cancellation));
  }

  private interface Attempt {
    void run(int number);
  }

  private void repeatedly(Attempt action) {
    for (int attempt = 1; ; attempt++) {
      try {
        action.run(attempt);
        return;
      } catch (CancelledException e) {
        rejectIfClosed();
        throw e;
      } catch (SandboxException e) {
        boolean isPassing =
            e.retryable()
                || e instanceof ConnectionLostException
                || e instanceof DeadlineExceededException;
        if (!isPassing || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void awaitRoom(int length) {
    long pause = FIRST_PAUSE;
    while (position + length - marks.inputTaken() > WINDOW) {
      long seen = marks.news();
      if (!await(seen, pause)) {
        // The reader may itself be waiting, so somebody has to look.
        repeatedly(attempt -> marks.see(files.list(cancellation)));
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
      rejectIfClosed();
    }
  }

  private boolean await(long seen, long nanos) {
    try {
      return marks.awaitNews(seen, nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"), e);
    }
  }

  private Failure failure(String observed) {
    return Failure.of("write stdin", name, observed);
  }
}
