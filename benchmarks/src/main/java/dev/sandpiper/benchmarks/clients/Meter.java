package dev.sandpiper.benchmarks.clients;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/** What some work cost this JVM, as the line that the one who started it reads. */
final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private final long began = System.nanoTime();
  private final long cpu = SYSTEM.getProcessCpuTime();
  private final long allocated = allocated();
  private final long collecting = collecting();

  interface Work {
    void run() throws Exception;
  }

  /**
   * Does work some times to warm up, then as often again measured.
   *
   * @param each how many bytes or calls one time has
   */
  static void measure(int times, long each, Work work) throws Exception {
    for (int i = 0; i < times; i++) work.run();
    Meter meter = new Meter();
    for (int i = 0; i < times; i++) work.run();
    meter.print(times * each);
  }

  private void print(long done) {
    System.out.printf(
        Locale.ROOT,
        "seconds=%.6f cpu=%.6f collecting=%.6f allocated=%d done=%d%n",
        (System.nanoTime() - began) / 1e9,
        (SYSTEM.getProcessCpuTime() - cpu) / 1e9,
        (collecting() - collecting) / 1e3,
        allocated() - allocated,
        done);
  }

  /** Prints what is in the middle, and what one in a hundred is above. */
  static void printQuantiles(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "p50=%d p99=%d%n",
        sorted[sorted.length / 2],
        sorted[(int) (sorted.length * 0.99)]);
  }

  /** Of the threads that live: those that are measured do until the end. */
  private static long allocated() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  private static long collecting() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }
}
