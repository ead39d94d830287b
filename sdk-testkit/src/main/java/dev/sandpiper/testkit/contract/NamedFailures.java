package dev.sandpiper.testkit.contract;

import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Names the promise and the fact in the message of a failure. */
final class NamedFailures implements TestExecutionExceptionHandler {
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw named(context.getRequiredTestMethod(), failure);
  }

  /** Returns the same throwable for a skipped fact, and for a test of a subclass. */
  static Throwable named(Method fact, Throwable failure) {
    boolean isFact = fact.getDeclaringClass().isInterface();
    if (!isFact || !isFailure(failure)) return failure;
    String observed =
        failure instanceof AssertionError
            ? String.valueOf(failure.getMessage()).strip()
            : failure.toString();
    AssertionError named = withMessage(FactSheet.name(fact) + ": " + observed, failure);
    named.setStackTrace(failure.getStackTrace());
    return named;
  }

  /** False for a skipped test, and for an error of the JVM. */
  private static boolean isFailure(Throwable failure) {
    return failure instanceof AssertionError
        || (failure instanceof Exception && !(failure instanceof TestAbortedException));
  }

  private static AssertionError withMessage(String message, Throwable failure) {
    return failure instanceof AssertionFailedError failed && failed.isExpectedDefined()
        ? new AssertionFailedError(message, failed.getExpected(), failed.getActual(), failure)
        : new AssertionError(message, failure);
  }
}
