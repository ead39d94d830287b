package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.ServiceBusyException;
import dev.sandpiper.e2b.ControlPlane.Created;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Retries;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the request that creates a sandbox. The second version of E2B's API accepts an idempotency
 * key, with which the same bytes may be sent again. The first version, without such keys, is used
 * only if the server does not have the second, and then the request is sent once.
 */
final class CreateCall {
  private static final Logger log = LoggerFactory.getLogger(CreateCall.class);
  private static final String IN_PROGRESS = "idempotency_in_progress";
  private static final String OUTCOME_UNKNOWN = "idempotency_outcome_unknown";

  /** How long the key is used. How long the platform remembers it is not documented. */
  private static final Duration KEY_LIFE = Duration.ofMinutes(2);

  private final ControlPlane api;
  private final Terms terms;
  private final E2bSandboxSpec spec;
  private final String template;
  private final ObjectNode body;
  private final String key;
  private @Nullable SandboxException open; // the first failure after which it may exist
  private int attempts;

  /**
   * The state that all creates of one client share.
   *
   * @param firstVersionOnly whether the server is known to have no second version of the route
   */
  record Terms(Retries retries, AtomicBoolean firstVersionOnly) {}

  /**
   * @param body the fields that both versions accept
   */
  CreateCall(
      ControlPlane api,
      Terms terms,
      E2bSandboxSpec spec,
      String template,
      ObjectNode body,
      String key) {
    this.api = api;
    this.terms = terms;
    this.spec = spec;
    this.template = template;
    this.body = body;
    this.key = key;
  }

  /** True if it is unknown after a failure of {@link #send} whether the sandbox exists. */
  boolean mayExist() {
    return open != null;
  }

  /** True if an earlier attempt may have created it, so that the response must be verified. */
  boolean wasRepeated() {
    return attempts > 1;
  }

  /** The platform's response, which contains a sandbox's id. */
  JsonNode send(CallScope scope) {
    if (terms.firstVersionOnly().get()) {
      return first(scope);
    }
    if (!spec.secure()) {
      throw new InvalidRequestException(
          failure(
              "E2B creates only sandboxes that need their token: leave out secure(false). A server"
                  + " with the first version of the API alone takes it once another sandbox was"
                  + " created there"));
    }
    RetryOptions options = terms.retries().options();
    Backoff pauses =
        new Backoff(options.firstPause(), options.longestPause(), scope.within(KEY_LIFE));
    HttpRequest request = api.in(scope).createRequest(template, body, key);
    while (true) {
      attempts++;
      Created answer = attempt(request, scope);
      if (answer instanceof Created.Sandbox sandbox) {
        return sandbox.json();
      }
      Created.Refused refused = (Created.Refused) answer;
      SandboxException refusal = refused.refusal();
      if (open == null && ControlPlane.isWithoutRoute(refusal, "template")) {
        return firstInstead(scope);
      }
      Duration pause = pause(refusal, pauses.next());
      Verdict verdict = verdict(refused, pause, pauses.hasTime());
      if (isDecidedHere(refusal, verdict)) {
        terms.retries().tell(request, attempts, refusal, verdict, pause);
      }
      if (verdict != Verdict.REPEATED) {
        throw last(refusal);
      }
      log.warn("create {}: {}, trying again with its key", template, refusal.getMessage());
      sleep(scope, pause);
    }
  }

  private Created attempt(HttpRequest request, CallScope scope) {
    Created answer;
    try {
      answer = api.in(scope).create(request);
    } catch (SandboxException e) {
      answer = new Created.Refused(e, isLost(e));
    }
    if (open == null
        && answer instanceof Created.Refused refused
        && leavesOpen(refused.refusal())) {
      open = refused.refusal();
    }
    return answer;
  }

  /**
   * A request that is in progress, or whose outcome the platform has lost, may still create a
   * sandbox.
   */
  private static boolean leavesOpen(SandboxException refusal) {
    String code = refusal.code().orElse("");
    return code.equals(IN_PROGRESS)
        || code.equals(OUTCOME_UNKNOWN)
        || Ambiguity.mayHaveStarted(refusal);
  }

  private Verdict verdict(Created.Refused answer, Duration pause, boolean hasTime) {
    boolean isInProgress = answer.refusal().code().filter(IN_PROGRESS::equals).isPresent();
    RetryOptions options = terms.retries().options();
    if (!isInProgress && !answer.isRepeatable()) {
      return Verdict.NOT_REPEATABLE;
    }
    if (!isInProgress && attempts >= options.attempts()) {
      return Verdict.ATTEMPTS_USED_UP;
    }
    if (pause.compareTo(options.longestPause()) > 0) {
      return Verdict.RETRY_AFTER_TOO_LONG;
    }
    return hasTime ? Verdict.REPEATED : Verdict.NO_TIME_LEFT;
  }

  /** Requests that did not reach the platform are retried, and reported, by the layer below. */
  private static boolean isLost(SandboxException failure) {
    return failure instanceof ConnectionLostException && Ambiguity.mayHaveStarted(failure);
  }

  private static boolean isDecidedHere(SandboxException refusal, Verdict verdict) {
    return verdict != Verdict.NOT_REPEATABLE
        || ApiCall.PASSING.contains(refusal.status().orElse(0))
        || (refusal instanceof DeadlineExceededException && Ambiguity.mayHaveStarted(refusal));
  }

  private static Duration pause(SandboxException refusal, Duration standard) {
    Optional<Duration> asked = Optional.empty();
    if (refusal instanceof RateLimitedException limited) {
      asked = limited.retryAfter();
    } else if (refusal instanceof ServiceBusyException busy) {
      asked = busy.retryAfter();
    }
    return asked.orElse(standard);
  }

  private void sleep(CallScope scope, Duration pause) {
    try {
      scope.sleep(pause, failure(""));
    } catch (CancelledException e) {
      throw last(e);
    }
  }

  /**
   * The exception to throw: a cancellation itself, otherwise the first failure with an unknown
   * outcome.
   */
  private SandboxException last(SandboxException failure) {
    SandboxException first = open;
    if (first == null || first == failure || failure instanceof CancelledException) {
      return failure;
    }
    first.addSuppressed(failure);
    return first;
  }

  private JsonNode firstInstead(CallScope scope) {
    JsonNode sandbox = first(scope);
    terms.firstVersionOnly().set(true);
    return sandbox;
  }

  private JsonNode first(CallScope scope) {
    ObjectNode all = body.deepCopy().put("secure", spec.secure());
    try {
      return api.in(scope).createOverFirstVersion(template, all);
    } catch (SandboxException e) {
      if (Ambiguity.mayHaveStarted(e)) {
        open = e;
      }
      throw e;
    }
  }

  private Failure failure(String observed) {
    return Failure.of("create", template, observed);
  }
}
