package dev.sandpiper.testkit.http;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How clients are listened to: in HTTP/1.1 and HTTP/2 on the same port. Over TLS they agree on one;
 * without it, HTTP/2 is spoken by who begins with it.
 *
 * @param streamLimit how many streams one HTTP/2 connection may have open at a time
 * @param tls whose key and certificate to show; null for listening in the clear
 */
public record Listening(int streamLimit, @Nullable SSLContext tls) {
  private static final int USUAL_LIMIT = 100;

  /** In the clear, with the stream limit of Google's load balancers, behind which E2B stands. */
  public static Listening inTheClear() {
    return new Listening(USUAL_LIMIT, null);
  }

  public Listening withStreamLimit(int limit) {
    return new Listening(limit, tls);
  }

  public Listening withTls(SSLContext context) {
    return new Listening(streamLimit, context);
  }

  public String scheme() {
    return tls == null ? "http" : "https";
  }
}
