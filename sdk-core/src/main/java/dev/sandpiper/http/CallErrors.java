package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectFailedException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Maps OkHttp's exceptions to ours. */
record CallErrors(HttpRequest request, Limits limits) {

  /**
   * The error of a call that we stopped ourselves.
   *
   * @param sent false if it is certain that no byte of the request was sent
   */
  SandboxException stopped(WatchedCall.Stop stop, boolean sent) {
    boolean retryable = !sent || request.isHarmless();
    if (stop instanceof WatchedCall.Stop.Silent silent) {
      return exceeded(silent.limit(), silent.value(), retryable, null);
    }
    if (stop instanceof WatchedCall.Stop.Late late) {
      return late.end().exceeded(request.failure("").withRetryable(retryable), null, null);
    }
    if (stop instanceof WatchedCall.Stop.Interrupted) {
      Thread.currentThread().interrupt();
      return cancelled("its thread was interrupted", retryable);
    }
    boolean isClient = stop instanceof WatchedCall.Stop.ClientClosed;
    return cancelled(isClient ? "the client was closed" : "it was closed", retryable);
  }

  private CancelledException cancelled(String observed, boolean retryable) {
    return new CancelledException(request.failure(observed).withRetryable(retryable));
  }

  /** The error of a call that failed before the response headers arrived. */
  SandboxException failed(IOException cause, WatchedCall call) {
    WatchedCall.Stop stop = call.stopped();
    if (stop != null) {
      SandboxException stopped = stopped(stop, call.isSent());
      stopped.addSuppressed(cause);
      return stopped;
    }
    if (cause instanceof ContentFailedException) {
      return new CancelledException(
          request
              .failure("the content to send could not be read; a part of it may have arrived")
              .withRetryable(false),
          cause.getCause());
    }
    if (Refusal.is(cause)) {
      return refused(cause, call);
    }
    return call.isSent() ? lost(cause) : notConnected(cause);
  }

  /**
   * The error of a call in which a part of the caller's OkHttp client threw an unchecked exception.
   * Only its type is shown, because its message may contain secrets.
   */
  SandboxException foreign(Throwable cause, WatchedCall call) {
    ForeignFailure.throwIfFatal(cause);
    WatchedCall.Stop stop = call.stopped();
    call.abandon();
    if (stop != null) {
      SandboxException stopped = stopped(stop, call.isSent());
      stopped.addSuppressed(cause);
      return stopped;
    }
    String observed =
        "a part of the HTTP client (an interceptor, a listener) threw "
            + cause.getClass().getName();
    boolean retryable = !call.isSent() || request.isHarmless();
    return new PlatformException(request.failure(observed).withRetryable(retryable), cause);
  }

  private SandboxException refused(IOException cause, WatchedCall call) {
    HttpBody body = request.body();
    boolean consumed = call.isBodyOpened() && body != null && !body.isRepeatable();
    String observed =
        authority()
            + " refused the request before processing it"
            + (consumed ? "; not retried, because the content to send can be read only once" : "");
    return new ConnectionLostException(
        request.failure(observed).withRetryable(!consumed), null, cause);
  }

  private SandboxException notConnected(IOException cause) {
    if (cause instanceof SocketTimeoutException) {
      return exceeded(Limit.CONNECT, limits.connect(), true, cause);
    }
    Failure failure = request.failure("no connection to " + authority() + ": " + reason(cause));
    return new ConnectFailedException(failure.withRetryable(true), cause);
  }

  private SandboxException lost(IOException cause) {
    if (isOfAProxy(cause)) {
      String observed = authority() + " responded 407, which only a proxy may send";
      return new PlatformException(request.failure(observed), cause);
    }
    if (cause instanceof ProtocolException && !isHeadTruncated(cause)) {
      return new WireFormatException(
          request.failure("the response of " + authority() + " is not valid HTTP"), cause);
    }
    return new ConnectionLostException(
        request.failure("the connection closed before a response arrived"), null, cause);
  }

  private static boolean isOfAProxy(IOException cause) {
    return String.valueOf(cause.getMessage()).startsWith("Received HTTP_PROXY_AUTH (407)");
  }

  /**
   * True if an HTTP/2 connection closed within the response headers: OkHttp reports the missing
   * part as missing fields.
   */
  private static boolean isHeadTruncated(IOException cause) {
    return String.valueOf(cause.getMessage()).startsWith("Expected ':status' header");
  }

  private DeadlineExceededException exceeded(
      Limit limit, Duration value, boolean retryable, @Nullable IOException cause) {
    String observed =
        switch (limit) {
          case CONNECT -> "no connection to " + authority() + " within the connect limit of ";
          case RESPONSE -> "no response within the response limit of ";
          case IDLE -> "nothing arrived within the idle limit of ";
          case DEADLINE -> "not completed within the deadline of ";
        };
    Failure failure =
        request
            .failure(observed + Durations.text(value) + " (the client's " + setting(limit) + ")")
            .withRetryable(retryable);
    return new DeadlineExceededException(limit, value, failure, null, cause);
  }

  private static String setting(Limit limit) {
    return limit.name().toLowerCase(Locale.ROOT) + "Limit";
  }

  private String authority() {
    return request.url().host() + ":" + request.url().port();
  }

  private static String reason(IOException cause) {
    if (cause instanceof UnknownHostException) {
      return "unknown host; check the domain";
    }
    if (cause instanceof SSLException) {
      return "TLS failed: " + cause.getMessage();
    }
    return String.valueOf(cause.getMessage());
  }
}
