package dev.sandpiper.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests are accepted. A web page can send requests to a port of this machine, and
 * must be rejected.
 */
final class Admission {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);
  private static final String BEARER = "Bearer ";

  /** Why a request is rejected. */
  record Refusal(int status, String reason) {}

  private final boolean loopback;
  private final Optional<byte[]> token;

  Admission(boolean loopback, Optional<String> token) {
    if (token.filter(String::isBlank).isPresent()) {
      throw new IllegalArgumentException("The token of the MCP server is empty.");
    }
    this.loopback = loopback;
    this.token = token.map(text -> text.getBytes(UTF_8));
  }

  Optional<Refusal> refusal(Headers headers) {
    // Any other host name that resolves to this machine may be DNS rebinding.
    if (loopback && !isLoopbackHost(headers.getFirst("Host"))) {
      return refused(403, "This server accepts only requests for localhost.");
    }
    if (comesFromElsewhere(headers)) {
      return refused(403, "This server accepts no requests from web pages of other origins.");
    }
    if (token.isPresent() && !isRight(headers.getFirst("Authorization"), token.get())) {
      return refused(401, "This server needs its token, as Authorization: Bearer.");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> refused(int status, String reason) {
    return Optional.of(new Refusal(status, reason));
  }

  private static boolean comesFromElsewhere(Headers headers) {
    String origin = headers.getFirst("Origin");
    return (origin != null && !isLoopbackOrigin(origin))
        || "cross-site".equalsIgnoreCase(headers.getFirst("Sec-Fetch-Site"));
  }

  private static boolean isLoopbackHost(@Nullable String host) {
    return host != null && LOOPBACK.matcher(host.replaceFirst(":\\d*$", "")).matches();
  }

  private static boolean isLoopbackOrigin(String origin) {
    try {
      String host = new URI(origin).getHost();
      return host != null && LOOPBACK.matcher(host).matches();
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isRight(@Nullable String given, byte[] expected) {
    return given != null
        && given.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && MessageDigest.isEqual(given.substring(BEARER.length()).getBytes(UTF_8), expected);
  }
}
