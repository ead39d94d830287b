package dev.sandpiper.http;

import java.lang.StackWalker.StackFrame;
import java.lang.ref.Cleaner;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects handles that callers did not close. When such a handle is collected, a warning names
 * where it was opened, and its resources are released.
 */
public final class Unclosed {
  private static final Logger log = LoggerFactory.getLogger(Unclosed.class);

  /** Shared by all clients. Its thread is the JDK's and ends when this class is unloaded. */
  private static final Cleaner CLEANER = Cleaner.create();

  private static final StackWalker STACK = StackWalker.getInstance();

  private Unclosed() {}

  /**
   * Watches {@code handle} from now on. Called by the thread that opens it.
   *
   * @param what names the handle at the beginning of the warning
   * @param consequence says what releasing it means
   * @param release releases its resources without blocking; returns false if it was closed before,
   *     or has nothing to release. Must not refer to {@code handle}, directly or indirectly
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
                "{} was garbage-collected without being closed: {}. It was opened at {}",
                what,
                consequence,
                opened.map(StackFrame::toString).orElse("an unknown location"));
          }
        });
  }

  /** Runs {@code action} when {@code handle} has been collected. It must not block. */
  public static void onGarbage(Object handle, Runnable action) {
    CLEANER.register(
        handle,
        () -> {
          try {
            action.run();
          } catch (RuntimeException | Error e) {
            log.warn("releasing an unclosed handle failed", e); // the Cleaner would ignore it
          }
        });
  }

  /** False for frames of this library, and of the code between it and its caller. */
  private static boolean isCaller(StackFrame frame) {
    String name = frame.getClassName();
    return !name.startsWith("dev.sandpiper.")
        && !name.startsWith("java.")
        && !name.startsWith("jdk.")
        && !name.contains("$Proxy");
  }
}
