package dev.sandpiper.testkit.http;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rejects requests that a web page could send: any page can reach a port on loopback, but its
 * requests have another host, another origin, or another site. With wide CORS only the host is
 * checked, because with DNS rebinding any page would be of the same origin.
 */
public final class LoopbackOnly implements Endpoint {
  /** A port and a sandbox in front of a name that always resolves to loopback. */
  public static final Pattern SANDBOX_HOST =
      Pattern.compile("(\\d{1,5})-(\\w{1,63})\\.localhost(?::\\d*)?", Pattern.CASE_INSENSITIVE);

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  private final Endpoint next;
  private final boolean wideCors;

  LoopbackOnly(Endpoint next, boolean wideCors) {
    this.next = next;
    this.wideCors = wideCors;
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    String reason = refusal(exchange);
    if (reason == null) {
      next.handle(exchange);
    } else {
      exchange.failure(403, reason);
    }
  }

  private @Nullable String refusal(Exchange exchange) {
    String host = exchange.header("Host"); // on HTTP/2 it may have another value
    if (!isLoopbackHost(exchange.authority()) || (host != null && !isLoopbackHost(host))) {
      return "this server answers only to requests for a loopback host";
    }
    if (!wideCors && comesFromElsewhere(exchange)) {
      return "this server answers no requests from other origins";
    }
    return null;
  }

  /** Whether it was sent by a page that is not from this machine. */
  public static boolean comesFromElsewhere(Exchange exchange) {
    String origin = exchange.header("Origin");
    return (origin != null && !isLoopbackOrigin(origin))
        || "cross-site".equalsIgnoreCase(exchange.header("Sec-Fetch-Site"));
  }

  static boolean isLoopbackHost(@Nullable String hostAndPort) {
    if (hostAndPort == null) return false;
    if (SANDBOX_HOST.matcher(hostAndPort).matches()) return true;
    return LOOPBACK.matcher(hostAndPort.replaceFirst(":\\d*$", "")).matches();
  }

  private static boolean isLoopbackOrigin(String origin) {
    try {
      String host = new URI(origin).getHost();
      return host != null && LOOPBACK.matcher(host).matches();
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
