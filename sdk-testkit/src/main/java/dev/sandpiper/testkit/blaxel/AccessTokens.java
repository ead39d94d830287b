package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Authenticates requests: by the key, or by a token issued for the client's secret. */
final class AccessTokens {
  private static final Duration LIFE = Duration.ofHours(2);
  private static final String BEARER = "Bearer ";

  private final String apiKey = "bl_" + Secrets.accessToken();
  private final String clientId = Secrets.processSuffix();
  private final String clientSecret = Secrets.accessToken();
  private final Map<String, Instant> ends = new ConcurrentHashMap<>();

  String apiKey() {
    return apiKey;
  }

  /** Id and secret, as {@code BL_CLIENT_CREDENTIALS} holds them. */
  String clientCredentials() {
    return base64((clientId + ":" + clientSecret).getBytes(UTF_8));
  }

  /** The credentials of a request; null if it has none. */
  static @Nullable String given(Exchange exchange) {
    for (String header : new String[] {"X-Blaxel-Authorization", "Authorization"}) {
      String value = exchange.header(header);
      if (value != null && value.startsWith(BEARER)) return value.substring(BEARER.length());
    }
    return null;
  }

  boolean isValid(String token) {
    if (Secrets.matches(apiKey, token)) return true;
    Instant end = ends.get(token);
    return end != null && Instant.now().isBefore(end);
  }

  /** Issues a token; null if the credentials are wrong. */
  @Nullable ObjectNode issue(@Nullable String authorization, JsonNode body) {
    String basic = "Basic " + clientCredentials();
    boolean byHeader = Secrets.matches(basic, authorization);
    boolean byBody =
        Secrets.matches(clientId, body.path("client_id").asText(null))
            && Secrets.matches(clientSecret, body.path("client_secret").asText(null));
    boolean known = body.path("grant_type").asText("").equals("client_credentials");
    if (!known || !(byHeader || byBody)) return null;
    Instant end = Instant.now().plus(LIFE);
    String token = token(end);
    ends.put(token, end);
    return GoJson.object()
        .put("access_token", token)
        .put("token_type", "Bearer")
        .put("expires_in", LIFE.toSeconds());
  }

  /**
   * Has the form of a JSON web token, because clients read its times; its signature is not checked.
   */
  private String token(Instant end) {
    ObjectNode claims =
        GoJson.object()
            .put("sub", clientId)
            .put("iat", end.minus(LIFE).getEpochSecond())
            .put("exp", end.getEpochSecond())
            .put("jti", Secrets.accessToken());
    String head = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    return url(head.getBytes(UTF_8))
        + "."
        + url(GoJson.bytes(claims))
        + "."
        + Secrets.accessToken();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
