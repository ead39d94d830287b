package dev.sandpiper.fake;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.fake.FakeRun.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A started command, shared by all connections to it. Its script is executed by the threads that
 * start it, write its input and stop it. All its events are kept, so each reader has an index into
 * them.
 */
final class Running {
  final ProcessRef ref;
  final Command command;
  private final FakeRun run;
  private final boolean isLate;
  private final boolean reportsExit;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by the lock.
  private final List<ProcessEvent> events = new ArrayList<>();
  private final Deque<Step> steps;
  private final FakeInput input;
  private @Nullable ExitStatus status; // not null once it has ended
  private boolean lost;

  Running(ProcessRef ref, Command command, FakeRun run, boolean isExec, boolean reportsExit) {
    this.ref = ref;
    this.command = command;
    this.run = run;
    this.reportsExit = reportsExit;
    this.steps = new ArrayDeque<>(run.steps);
    this.input = new FakeInput();
    boolean neverEnds = isExec && run.ending == FakeRun.Ending.RUNS_ON;
    this.isLate =
        command.timeout().filter(limit -> neverEnds || run.takes.compareTo(limit) > 0).isPresent();
  }

  /** Passes input to it and continues its script. False if it has ended. */
  boolean give(byte[] bytes, boolean end) {
    return act(
        () -> {
          input.add(bytes, end);
          advance();
        });
  }

  /** Ends it with a signal. False if it has ended. */
  boolean stop(Signal signal) {
    return act(() -> end(new ExitStatus.Signaled(signal)));
  }

  /** Loses its connection permanently. */
  void lose() {
    act(() -> lost = true);
  }

  private boolean act(Runnable action) {
    lock.lock();
    try {
      if (isOverLocked()) {
        return false;
      }
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    tell();
    return true;
  }

  private void advance() {
    for (Step step = steps.peek(); step != null; step = steps.peek()) {
      if (step instanceof Step.Show show) {
        events.add(merged(show.event()));
      } else if (step instanceof Step.AwaitLine ? !input.takeLine() : !input.hasEnded()) {
        return;
      }
      steps.remove();
    }
    if (isLate) {
      end(new ExitStatus.Signaled(Signal.TERM));
    } else if (run.status != null) {
      end(run.status);
    } else {
      lost = run.ending == FakeRun.Ending.CONNECTION_BREAKS;
    }
  }

  private ProcessEvent merged(ProcessEvent event) {
    return command.mergesErrors()
            && event instanceof Output output
            && output.channel() == Channel.STDERR
        ? Output.of(Channel.STDOUT, output.toByteArray())
        : event;
  }

  private void end(ExitStatus how) {
    status = reportsExit ? how : new ExitStatus.Unreported("this sandbox reports no exit");
    events.add(new Ended(status));
  }

  /** Called without the lock, because it runs callbacks that wait for the end. */
  private void tell() {
    ExitStatus ended = status();
    if (isLate && ended != null) {
      exit.completeExceptionally(deadlineExceeded("wait", null));
    } else if (ended != null) {
      exit.complete(ended);
    } else if (isOver()) {
      exit.completeExceptionally(connectionLost());
    }
  }

  CompletableFuture<ExitStatus> onExit() {
    return exit.copy();
  }

  boolean isOver() {
    lock.lock();
    try {
      return isOverLocked();
    } finally {
      lock.unlock();
    }
  }

  private boolean isOverLocked() {
    return status != null || lost;
  }

  private @Nullable ExitStatus status() {
    lock.lock();
    try {
      return status;
    } finally {
      lock.unlock();
    }
  }

  boolean isLate() {
    return isLate;
  }

  /** How long it took, according to its script. */
  Duration duration() {
    return isLate ? command.timeout().orElseThrow() : run.takes;
  }

  DeadlineExceededException deadlineExceeded(String operation, @Nullable ExecResult partial) {
    Duration limit = command.timeout().orElseThrow();
    String observed = "the command's timeout of " + limit + " passed, and it was stopped";
    return new DeadlineExceededException(
        DeadlineExceededException.Limit.DEADLINE,
        limit,
        Failure.of(operation, command.name(), observed),
        partial,
        null);
  }

  private ConnectionLostException connectionLost() {
    return new ConnectionLostException(
        Failure.of("read", ref.toString(), "the connection closed before the end was reported"),
        ref,
        null);
  }

  /**
   * Waits for the event at {@code index}, at most {@code nanos}. Null after the last one, and if
   * {@code isClosed} is true after {@link #wake()}.
   */
  @Nullable ProcessEvent await(int index, long nanos, BooleanSupplier isClosed)
      throws InterruptedException, TimeoutException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (true) {
        if (isClosed.getAsBoolean()) {
          return null;
        }
        if (index < events.size()) {
          return events.get(index);
        }
        if (lost) {
          throw connectionLost();
        }
        if (status != null) {
          return null;
        }
        if (left <= 0) {
          throw new TimeoutException("no event arrived in time");
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes every reader check again whether it is closed. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
