package dev.sandpiper.http;

import dev.sandpiper.RetryDecision;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The retry options of one client, and the listener for its retry decisions. */
public final class Retries {
  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

  private final RetryOptions options;
  private final AtomicBoolean hasThrown = new AtomicBoolean();

  Retries(RetryOptions options) {
    this.options = options;
  }

  public RetryOptions options() {
    return options;
  }

  /**
   * Notifies the listener of the decision after a response. Returns true if the request is retried.
   */
  public boolean tell(
      HttpRequest request, int attempt, HttpResponse answer, Verdict verdict, Duration pause) {
    OptionalInt status = OptionalInt.of(answer.status());
    return tell(request, attempt, status, Optional.empty(), verdict, pause);
  }

  /**
   * Like {@link #tell(HttpRequest, int, HttpResponse, Verdict, Duration)}, after a failure or
   * refusal.
   */
  public boolean tell(
      HttpRequest request, int attempt, SandboxException failure, Verdict verdict, Duration pause) {
    OptionalInt status = failure.status();
    boolean isRefusal = status.orElse(0) >= 400;
    Optional<SandboxException> reason = isRefusal ? Optional.empty() : Optional.of(failure);
    return tell(request, attempt, status, reason, verdict, pause);
  }

  private boolean tell(
      HttpRequest request,
      int attempt,
      OptionalInt status,
      Optional<SandboxException> failure,
      Verdict verdict,
      Duration pause) {
    boolean hasPause = verdict == Verdict.REPEATED || verdict == Verdict.RETRY_AFTER_TOO_LONG;
    try {
      options
          .listener()
          .decided(
              new RetryDecision(
                  request.operation(),
                  request.subject(),
                  attempt,
                  status,
                  failure,
                  verdict,
                  hasPause ? pause : Duration.ZERO));
    } catch (RuntimeException | Error e) {
      ForeignFailure.throwIfFatal(e);
      if (hasThrown.compareAndSet(false, true)) {
        log.warn("a RetryListener threw; further exceptions of it are not logged", e);
      }
    }
    return verdict == Verdict.REPEATED;
  }
}
