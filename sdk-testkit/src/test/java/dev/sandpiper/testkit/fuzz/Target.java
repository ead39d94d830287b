package dev.sandpiper.testkit.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;

/**
 * One reader of foreign bytes and what it may do with any of them: throw what it documents, and
 * allocate no more than {@value #ALLOWANCE} bytes and {@value #PER_BYTE} for each byte of input.
 *
 * @param name of the directory with its inputs
 * @param seeds inputs from recorded conversations
 * @param failures what it may throw; of exceptions of ours and of {@code IOException} also what
 *     extends them
 */
public record Target(
    String name,
    Reader reader,
    Supplier<List<byte[]>> seeds,
    List<Class<? extends Exception>> failures) {
  private static final long ALLOWANCE = 48 << 20;
  private static final long PER_BYTE = 2_000;
  private static final int READINGS = 5;

  /** Under Jazzer, whose hooks allocate at each comparison of strings. */
  private static final long FACTOR = Boolean.getBoolean("sandpiper.fuzz.instrumented") ? 4 : 1;

  private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Reads it all. It throws an {@code AssertionError} if what it reads breaks a rule. */
  @FunctionalInterface
  public interface Reader {
    void read(byte[] input) throws Exception;
  }

  /**
   * Reads one input. What is allocated only once does not count, such as classes: a reader with a
   * limit of time may load and instrument them over several readings.
   */
  public void run(byte[] input) {
    long most = FACTOR * (ALLOWANCE + PER_BYTE * input.length);
    long allocated = allocated(input);
    for (int again = 1; allocated > most && again < READINGS; again++) {
      allocated = allocated(input);
    }
    if (allocated > most) {
      throw new AssertionError(
          name + " allocates " + allocated + " for " + input.length + " bytes");
    }
  }

  private long allocated(byte[] input) {
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    try {
      reader.read(input.clone());
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      if (failures.stream().noneMatch(failure -> allows(failure, e))) {
        throw new AssertionError(name + " throws what it does not document: " + e, e);
      }
    }
    return threads.getThreadAllocatedBytes(thread) - before;
  }

  /** The JDK's unchecked exceptions have subclasses that are faults, such as of parsed numbers. */
  private static boolean allows(Class<? extends Exception> failure, Throwable thrown) {
    return failure.getName().startsWith("java.lang.")
        ? failure == thrown.getClass()
        : failure.isInstance(thrown);
  }

  @Override
  public String toString() {
    return name;
  }
}
