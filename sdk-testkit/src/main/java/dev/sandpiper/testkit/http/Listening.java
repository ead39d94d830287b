package dev.sandpiper.testkit.http;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How servers listen: for HTTP/1.1 and HTTP/2 on the same port. Over TLS the version is negotiated;
 * without TLS, HTTP/2 is used with clients that begin with it.
 *
 * @param streamLimit how many streams one HTTP/2 connection may have open at a time
 * @param tls the key and certificate to use; null for no TLS
 */
public record Listening(int streamLimit, @Nullable SSLContext tls) {
  private static final int USUAL_LIMIT = 100;

  /** Without TLS, with the stream limit of Google's load balancers, which E2B uses. */
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
