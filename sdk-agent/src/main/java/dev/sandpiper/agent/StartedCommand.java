package dev.sandpiper.agent;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A command that keeps running between calls. A daemon thread reads its output, so that it never
 * waits for a model to read; output that was not read in time is dropped from the middle and
 * counted.
 */
final class StartedCommand {
  private final int number;
  private final Process process;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();

  // Guarded by the lock.
  private final UnreadOutput unread;
  private boolean hasGap;
  private boolean isReported;
  private @Nullable ExitStatus exit;
  private @Nullable SandboxException failure;

  StartedCommand(int number, Process process, int unreadBytes) {
    this.number = number;
    this.process = process;
    this.unread = new UnreadOutput(unreadBytes / 2);
  }

  /** What a call reports of it. Output is reported once: the next call has the output after it. */
  record News(
      CapturedOutput output,
      boolean hasGap,
      @Nullable ExitStatus exit,
      @Nullable SandboxException failure) {
    boolean isRunning() {
      return exit == null && failure == null;
    }
  }

  void follow() {
    Thread reader = new Thread(this::read, "sandpiper-started-command-" + number);
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (var events = process.events()) {
      ProcessEvent event;
      while ((event = events.next()) != null) {
        take(event);
      }
    } catch (SandboxException e) {
      fail(e);
    }
  }

  private void take(ProcessEvent event) {
    lock.lock();
    try {
      if (event instanceof Output output) {
        unread.add(output.toByteArray());
      } else if (event instanceof OutputGap) {
        hasGap = true;
      } else if (event instanceof Ended ended) {
        exit = ended.status();
      }
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(SandboxException e) {
    lock.lock();
    try {
      failure = e;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isRunning() {
    lock.lock();
    try {
      return exit == null && failure == null;
    } finally {
      lock.unlock();
    }
  }

  /** True once a call has returned its end, and therefore the last of its output. */
  boolean isReported() {
    lock.lock();
    try {
      return isReported;
    } finally {
      lock.unlock();
    }
  }

  /** The news; waits for output or the end, at most this long. */
  News read(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (unread.isEmpty() && exit == null && failure == null && left > 0) {
        left = news.awaitNanos(left);
      }
      return taken();
    } finally {
      lock.unlock();
    }
  }

  /** Stops it with its children, and returns its last output. */
  News stop() throws InterruptedException {
    process.kill();
    long left = TimeUnit.SECONDS.toNanos(5);
    lock.lockInterruptibly();
    try {
      while (exit == null && failure == null && left > 0) {
        left = news.awaitNanos(left);
      }
      return taken();
    } finally {
      lock.unlock();
    }
  }

  private News taken() {
    boolean isRunning = exit == null && failure == null;
    News taken = new News(unread.take(isRunning), hasGap, exit, failure);
    hasGap = false;
    isReported = !isRunning;
    return taken;
  }

  void close() {
    process.close();
  }

  int number() {
    return number;
  }
}
