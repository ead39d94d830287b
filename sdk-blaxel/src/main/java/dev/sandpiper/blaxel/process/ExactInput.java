package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The standard input of one process, sent as files that its wrapper feeds to the command in order.
 * Sending a piece is idempotent, because each attempt is a copy with its own name, and no request
 * blocks because the command does not read. There may be only one writer at a time across all
 * clients.
 */
final class ExactInput implements CommandInput {
  private static final Logger log = LoggerFactory.getLogger(ExactInput.class);

  /** The maximum amount of unread input in the sandbox. */
  private static final long WINDOW = 1 << 20;

  private static final int ATTEMPTS = 3;
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

  private final String name;
  private final ProcessFiles files;
  private final ChangeNotifier notifier;
  private final boolean isCertain;
  private final CallScope cancellation;
  private final ReentrantLock sending = new ReentrantLock();
  private volatile boolean exited;
  private volatile boolean givenUp;
  private long position = -1; // owned by the writing thread; negative while unknown

  /**
   * @param isCertain true if this client started it with stdin
   * @param cancellation a scope without a deadline; cancelling it aborts requests in flight
   */
  ExactInput(
      String name,
      ProcessFiles files,
      ChangeNotifier notifier,
      boolean isCertain,
      CallScope cancellation) {
    this.name = name;
    this.files = files;
    this.notifier = notifier;
    this.isCertain = isCertain;
    this.cancellation = cancellation;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    enter();
    try {
      requireOpen();
      awaitRoom(length);
      byte[] piece = Arrays.copyOfRange(bytes, offset, offset + length);
      long to = position + length;
      String file = "i." + position + "." + to + ".";
      send(file, piece);
      position = to;
      wake(); // if the process has ended meanwhile, the next write fails
    } finally {
      sending.unlock();
    }
  }

  private void send(String file, byte[] piece) {
    try {
      // Each attempt has its own name: a late copy must not change a file that is being read.
      repeatedly(attempt -> files.write(file + attempt, piece, cancellation));
    } catch (InputClosedException e) {
      // After the exit a failed write is not reported: it may have caused the exit, as with a pipe.
      if (!exited) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    enter();
    try {
      requireOpen();
      repeatedly(attempt -> files.write("z." + position, "", cancellation));
      wake();
    } finally {
      sending.unlock();
    }
  }

  @Override
  public void giveUp() {
    givenUp = true;
    cancellation.cancel();
    notifier.wake();
  }

  /** Ends the input after the exit, and runs {@code then} once no request is in flight. */
  void end(Runnable then) {
    exited = true;
    giveUp(); // aborts the request in flight, which releases the lock
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
    if (isCertain) {
      awaitOpen();
    } else {
      repeatedly(attempt -> files.list(cancellation));
      if (!files.marks().has(Marks.Input.OPEN) || files.marks().has(Marks.Input.ENDED)) {
        throw notOpen(name);
      }
    }
    position = files.marks().inputSent();
  }

  /**
   * Waits until its wrapper has created the directory: if a file arrived first, the server would
   * create it, readable by everyone.
   */
  private void awaitOpen() {
    await(() -> files.marks().has(Marks.Input.OPEN));
  }

  private void awaitRoom(int length) {
    await(() -> position + length - files.marks().inputTaken() <= WINDOW);
  }

  /**
   * Lists the files until the condition is true, because the reader of the output may be blocked on
   * its consumer.
   */
  private void await(BooleanSupplier condition) {
    long pause = FIRST_PAUSE;
    ChangeNotifier.Counters seen = notifier.counters();
    while (!condition.getAsBoolean()) {
      notifier.awaitChange(seen, pause, failure(""));
      seen = notifier.counters();
      repeatedly(attempt -> files.list(cancellation));
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      rejectIfClosed();
    }
  }

  private void rejectIfClosed() {
    if (exited) {
      throw new InputClosedException(failure("the process has exited"));
    }
    if (givenUp) {
      throw new CancelledException(failure("it was cancelled"));
    }
    if (files.marks().has(Marks.Input.CLOSED)) {
      throw new InputClosedException(failure("the process has closed its stdin"));
    }
    if (files.marks().exit(files.marks().tries()).isPresent()) {
      throw new InputClosedException(failure("the process has exited"));
    }
    rejectIfBroken();
  }

  /** {@link #rejectIfBroken} for the client whose input it is; others only read the output. */
  void rejectIfOursIsBroken() {
    if (isCertain) {
      rejectIfBroken();
    }
  }

  /**
   * Throws if the sandbox could not pass the input to a process that has not exited: it waits for
   * the rest, because an end of file would make it take a part for the whole.
   */
  private void rejectIfBroken() {
    Marks marks = files.marks();
    if (marks.has(Marks.Input.BROKEN) && marks.exit(marks.tries()).isEmpty()) {
      throw new CancelledException(
          failure("the sandbox could not pass all of it to the process, which waits for the rest"));
    }
  }

  /** Wakes the feeder. Idempotent. */
  private void wake() {
    try {
      repeatedly(attempt -> files.write("n", "look\n", cancellation));
    } catch (InvalidRequestException | InputClosedException e) {
      // The feeder has ended: the pipe is removed with the command, whose end the next listing
      // shows.
      log.debug("{}: {}", failure("could not wake the feeder"), e.getMessage());
    }
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
        boolean isClear = !e.retryable() && !Ambiguity.mayHaveStarted(e);
        if (isClear || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  static InvalidRequestException notOpen(String subject) {
    return new InvalidRequestException(
        Failure.of(
            "write stdin", subject, "its stdin is not open; start it with Command.openStdin()"));
  }

  private Failure failure(String observed) {
    return Failure.of("write stdin", name, observed);
  }
}
