package dev.sandpiper.testkit.matrix;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** How a call ends, as the table in {@code docs/matrix.md} names it. */
enum Outcome {
  RIGHT,
  LOST,
  LATE,
  REFUSED,
  MISSING,
  WIRE,
  CANCELLED,
  DEADLINE;

  static Outcome of(@Nullable Throwable thrown) {
    if (thrown == null) return RIGHT;
    if (isWrapper(thrown) && thrown.getCause() != null) return of(thrown.getCause());
    if (thrown instanceof ConnectionLostException) return LOST;
    if (thrown instanceof DeadlineExceededException late) {
      return late.limit() == DeadlineExceededException.Limit.DEADLINE ? DEADLINE : LATE;
    }
    if (thrown instanceof AuthenticationException
        || thrown instanceof InvalidRequestException
        || thrown instanceof RateLimitedException
        || thrown instanceof PlatformException) {
      return REFUSED;
    }
    if (thrown instanceof NotFoundException) return MISSING;
    if (thrown instanceof WireFormatException) return WIRE;
    if (thrown instanceof CancelledException
        || thrown instanceof CancellationException
        || thrown instanceof InterruptedException) {
      return CANCELLED;
    }
    throw new AssertionError("ends with " + thrown, thrown);
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof SandboxIOException
        || thrown instanceof UncheckedIOException
        || thrown instanceof ExecutionException;
  }
}
