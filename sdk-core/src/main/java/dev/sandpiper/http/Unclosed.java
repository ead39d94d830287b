package dev.sandpiper.http;

import java.lang.StackWalker.StackFrame;
import java.lang.ref.Cleaner;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what callers have to close. What becomes garbage before that is reported once, as a
 * warning that says where it was opened, and what it holds is released.
 */
public final class Unclosed {
  private static final Logger log = LoggerFactory.getLogger(Unclosed.class);

  /** Of no client, and with a thread of the JDK's, which ends when this class is unloaded. */
  private static final Cleaner CLEANER = Cleaner.create();

  private static final StackWalker STACK = StackWalker.getInstance();

  private Unclosed() {}

  /**
   * Looks after {@code handle} from now on. The current thread is the one that opens it.
   *
   * @param what names it at the beginning of the warning
   * @param consequence says what the release means for it
   * @param release releases what it holds, without blocking; false if it was closed before, or has
   *     nothing to close any more. Whatever this refers to must not refer to {@code handle}
   */
  public static void watch(
      Object handle, String what, String consequence, BooleanSupplier release) {
    Optional<StackFrame> opened =
        STACK.walk(frames -> frames.filter(Unclosed::isCaller).findFirst());
    onGarbage(
        handle,
        () -> {
          if (release.getAsBoolean()) {
            log.warn(
                "{} was not closed and has become garbage: {}. It was opened at {}",
                what,
                consequence,
                opened.map(StackFrame::toString).orElse("an unknown place"));
          }
        });
  }

  /** Runs {@code action} when {@code handle} has become garbage. It must not block. */
  public static void onGarbage(Object handle, Runnable action) {
    CLEANER.register(
        handle,
        () -> {
          try {
            action.run();
          } catch (RuntimeException | Error e) {
            log.warn("releasing what was not closed failed", e); // the JDK would drop it
          }
        });
  }

  /** False of this library, and of what stands between it and its caller. */
  private static boolean isCaller(StackFrame frame) {
    String name = frame.getClassName();
    return !name.startsWith("dev.sandpiper.")
        && !name.startsWith("java.")
        && !name.startsWith("jdk.")
        && !name.contains("$Proxy");
  }
}
