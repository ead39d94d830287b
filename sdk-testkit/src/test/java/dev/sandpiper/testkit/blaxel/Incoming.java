package dev.sandpiper.testkit.blaxel;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** An answer on its way, for others to look at. */
final class Incoming {
  // Guarded by this object's monitor.
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean over;

  synchronized void add(byte[] more, int count) {
    bytes.write(more, 0, count);
    notifyAll();
  }

  synchronized void end() {
    over = true;
    notifyAll();
  }

  synchronized RawAnswer answer() {
    return RawAnswer.parse(bytes.toByteArray(), over);
  }

  /** Waits until there is enough of it, or its end. */
  synchronized void await(Predicate<RawAnswer> enough, long patienceMillis)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    while (!over && !enough.test(answer())) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) return;
      wait(left);
    }
  }
}
