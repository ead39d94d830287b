package dev.sandpiper.blaxel.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.account.Credentials.ApiKey;
import dev.sandpiper.blaxel.account.Credentials.ClientCredentials;
import dev.sandpiper.blaxel.account.Credentials.Login;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Time;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The token for requests: the key itself, or a token that is requested when needed and renewed
 * before it expires. Renewed tokens are kept in memory only. All calls that need a token while it
 * is being requested wait for the same response, each as long as its own scope allows. The request
 * does not belong to any of them: it uses up a login's refresh token, so cancelling it with one
 * caller would lose the response for all others.
 */
public final class Tokens {
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration EARLY = Duration.ofSeconds(60);
  private static final Duration UNKNOWN_LIFE = Duration.ofHours(1);
  private static final Pattern HEADER_TEXT = Pattern.compile("[!-~]+");

  private final HttpTransport transport;
  private final HttpUrl apiUrl;
  private final Credentials credentials;
  private final Time time;

  private volatile @Nullable Token current;
  private @Nullable String refreshToken; // owned by the thread that requests
  private @Nullable CompletableFuture<Token> renewal; // guarded by this; null if idle

  /** A token and when to renew it, by {@link Time#nanos}. */
  private record Token(String text, long renewAt) {
    @Override
    public String toString() {
      return "Token";
    }
  }

  /**
   * @param transport without credentials
   * @param apiUrl the URL of the control plane, which issues tokens
   */
  public Tokens(HttpTransport transport, HttpUrl apiUrl, Credentials credentials, Time time) {
    this.transport = transport;
    this.apiUrl = apiUrl;
    this.credentials = credentials;
    this.time = time;
    if (credentials instanceof Login login) {
      refreshToken = login.refreshToken();
      if (login.accessToken() != null) {
        current = new Token(headerText(login.accessToken()), after(life(login.accessToken())));
      }
    }
  }

  private long after(Duration life) {
    return time.nanos() + Durations.nanos(life) - EARLY.toNanos();
  }

  /**
   * The token for a request. Blocks if it must be requested, within {@code scope}.
   *
   * @throws AuthenticationException if Blaxel does not issue one
   */
  public String token(CallScope scope) {
    if (credentials instanceof ApiKey key) {
      return key.key();
    }
    Token known = current;
    if (known != null && time.nanos() - known.renewAt() < 0) {
      return known.text();
    }
    return renewed(known == null ? null : known.text(), scope);
  }

  /** True if a rejected token can be replaced by another. */
  boolean canRenew() {
    return !(credentials instanceof ApiKey);
  }

  String insteadOf(String refused, CallScope scope) {
    return renewed(refused, scope);
  }

  private String renewed(@Nullable String stale, CallScope scope) {
    Failure about = Failure.of("authenticate", "", "").withRetryable(true);
    return scope.await(another(stale), about).text();
  }

  /** A token other than {@code stale}, once it is available. */
  private synchronized CompletableFuture<Token> another(@Nullable String stale) {
    Token known = current;
    if (known != null && !known.text().equals(stale)) {
      return CompletableFuture.completedFuture(known);
    }
    CompletableFuture<Token> awaited = renewal;
    if (awaited == null) {
      awaited = new CompletableFuture<>();
      renewal = awaited;
      begin(awaited);
    }
    return awaited;
  }

  private void begin(CompletableFuture<Token> outcome) {
    Thread thread = new Thread(() -> renew(outcome), "sandpiper-token");
    thread.setDaemon(true);
    thread.start();
  }

  private void renew(CompletableFuture<Token> outcome) {
    try {
      Token token = ask();
      over(token);
      outcome.complete(token);
    } catch (RuntimeException | Error e) {
      over(current);
      outcome.completeExceptionally(e);
    }
  }

  private synchronized void over(@Nullable Token token) {
    current = token;
    renewal = null;
  }

  private Token ask() {
    HttpRequest request =
        HttpRequest.of(BlaxelCall.AUTHENTICATE, "", Routes.of(apiUrl, BlaxelCall.AUTHENTICATE))
            .in(CallScope.open(time).within(LIMIT))
            .withHeader("Accept", "application/json")
            .withJson(grant());
    if (credentials instanceof ClientCredentials client) {
      request = request.withHeader("Authorization", "Basic " + headerText(client.encoded()));
    }
    try (HttpResponse response = transport.send(request)) {
      int status = response.status();
      if (status == 429 || status >= 500) {
        throw ControlPlane.ERRORS.of(response, What.SANDBOX);
      }
      if (status != 200) {
        throw new AuthenticationException(
            response.failure("Blaxel gives no token for " + described()));
      }
      return token(response);
    }
  }

  private Token token(HttpResponse response) {
    JsonNode answer = response.json(LONGEST_ANSWER);
    String text = answer.path("access_token").asText("");
    if (!HEADER_TEXT.matcher(text).matches()) {
      throw new WireFormatException(response.failure("malformed response: no usable token"), null);
    }
    String rotated = answer.path("refresh_token").asText("");
    if (!rotated.isEmpty()) {
      refreshToken = rotated;
    }
    long seconds = answer.path("expires_in").asLong(0);
    return new Token(text, after(seconds > 0 ? Duration.ofSeconds(seconds) : UNKNOWN_LIFE));
  }

  private ObjectNode grant() {
    ObjectNode grant = Json.object();
    if (!(credentials instanceof Login login)) {
      return grant.put("grant_type", "client_credentials");
    }
    if (refreshToken == null) {
      throw new AuthenticationException(
          Failure.of("authenticate", "", "the login has expired; log in again with 'bl login'"));
    }
    grant.put("grant_type", "refresh_token").put("refresh_token", refreshToken);
    if (login.deviceCode() != null) {
      grant.put("device_code", login.deviceCode());
    }
    return grant.put("client_id", "blaxel");
  }

  private String described() {
    return credentials instanceof Login
        ? "this login; log in again with 'bl login'"
        : "these client credentials (BL_CLIENT_CREDENTIALS); are they revoked?";
  }

  static String headerText(String secret) {
    if (!HEADER_TEXT.matcher(secret).matches()) {
      throw new AuthenticationException(
          Failure.of(
              "configure Blaxel",
              "",
              "a credential or the workspace's name has a character that no header can hold"));
    }
    return secret;
  }

  /** The lifetime stated in a token. */
  private Duration life(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return UNKNOWN_LIFE;
    }
    try {
      JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(parts[1]));
      long expires = claims.path("exp").asLong(0);
      return expires == 0
          ? UNKNOWN_LIFE
          : Duration.ofSeconds(expires - time.now().getEpochSecond());
    } catch (IllegalArgumentException | MalformedStreamException e) {
      return UNKNOWN_LIFE; // not a JWT: Blaxel will reject it when it has expired
    }
  }
}
