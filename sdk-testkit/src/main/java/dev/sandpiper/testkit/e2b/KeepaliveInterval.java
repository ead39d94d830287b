package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.http.Exchange;

/** How long a client lets a stream be idle before it wants a sign of life. */
final class KeepaliveInterval {
  private static final long DEFAULT_SECONDS = 90;
  private static final String HEADER = "Keepalive-Ping-Interval";

  private KeepaliveInterval() {}

  /** As the client asks for, also where that is zero or less. */
  static long seconds(Exchange exchange) {
    String text = exchange.header(HEADER);
    if (text == null) return DEFAULT_SECONDS;
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return DEFAULT_SECONDS;
    }
  }
}
