package dev.sandpiper.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The logging of the tests: our own lines from debug on and the warnings of others are kept, up to
 * a bound, and none is printed. A server's debug lines would cost more than what is tested.
 */
public final class CapturedLog implements SLF4JServiceProvider {
  private static final int MOST = 20_000;
  private static final Queue<String> LINES = new ConcurrentLinkedQueue<>();
  private static volatile boolean warningsOnly;
  private static final AtomicInteger COUNT = new AtomicInteger(); // that were added

  private final ILoggerFactory loggers = Lines::new;
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new BasicMDCAdapter();

  /** What was logged since {@link #clear}: the level, a blank and the message. */
  public static List<String> lines() {
    return List.copyOf(LINES);
  }

  public static void clear() {
    LINES.clear();
    COUNT.set(0);
  }

  /** From now on, in this JVM, what is less than a warning is not logged. */
  public static void warningsOnly() {
    warningsOnly = true;
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0";
  }

  @Override
  public void initialize() {}

  private static final class Lines extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    private final boolean isOurs;

    Lines(String loggerName) {
      name = loggerName;
      isOurs = loggerName.startsWith("dev.sandpiper");
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable throwable) {
      String line = level + " " + MessageFormatter.basicArrayFormat(message, arguments);
      LINES.add(throwable == null ? line : line + " " + throwable);
      if (COUNT.incrementAndGet() > MOST) {
        LINES.poll();
      }
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return Lines.class.getName();
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return isOurs && !warningsOnly;
    }

    @Override
    public boolean isInfoEnabled() {
      return isOurs && !warningsOnly;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }
}
