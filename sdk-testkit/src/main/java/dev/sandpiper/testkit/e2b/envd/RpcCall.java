package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a call.
 *
 * @param timeout how long it may take; null for no limit, and zero or less for no time at all
 */
record RpcCall(Exchange exchange, LocalSandbox sandbox, String user, @Nullable Duration timeout) {
  private static final int KEEPALIVE_SECONDS = 90;
  private static final int MOST_DIGITS = 10;

  /**
   * @throws RpcException if the timeout is not a valid number
   */
  static RpcCall of(Exchange exchange, LocalSandbox sandbox, String user) {
    return new RpcCall(exchange, sandbox, user, timeout(exchange.header("Connect-Timeout-Ms")));
  }

  private static @Nullable Duration timeout(@Nullable String text) {
    if (text == null || text.isEmpty()) return null;
    if (text.length() > MOST_DIGITS) {
      throw RpcException.invalid("parse timeout: \"" + text + "\" has >10 digits");
    }
    try {
      return Duration.ofMillis(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw RpcException.invalid(
          "parse timeout: strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
    }
  }

  /** The requested interval of keep-alives in seconds, even if it is zero or less. */
  long keepaliveSeconds() {
    String text = exchange.header("Keepalive-Ping-Interval");
    try {
      return text == null ? KEEPALIVE_SECONDS : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return KEEPALIVE_SECONDS;
    }
  }

  boolean isOverAtOnce() {
    return timeout != null && (timeout.isZero() || timeout.isNegative());
  }
}
