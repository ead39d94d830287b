package dev.sandpiper.blaxel.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Endpoint;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.Time;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The private previews of one sandbox, one for each port. */
public record Previews(ControlPlane api, String sandbox, Time time) {
  private static final String OPERATION = "preview";
  private static final String HEADER = "X-Blaxel-Preview-Token";
  private static final int CONFLICT = 409;

  /** The preview of a port with a new token. */
  public Endpoint endpoint(int port, Duration lifetime) {
    JsonNode preview = findOrCreate(port);
    String url = Json.text(preview.path("spec"), "url").orElse("");
    HttpUrl address = HttpUrl.parse(url);
    if (address == null) {
      throw malformed("malformed response: no valid URL of the preview");
    }
    return new Endpoint(address.uri(), Map.of(HEADER, token(name(port), lifetime)));
  }

  private static String name(int port) {
    return "sandpiper-" + port;
  }

  private JsonNode findOrCreate(int port) {
    JsonNode found = find(port);
    if (found != null) {
      return found;
    }
    try {
      return create(port);
    } catch (InvalidRequestException e) {
      JsonNode others = e.status().orElse(0) == CONFLICT ? find(port) : null;
      if (others == null) {
        throw e;
      }
      return others;
    }
  }

  private @Nullable JsonNode find(int port) {
    try {
      JsonNode found = api.preview(sandbox, name(port));
      if (found.path("spec").path("public").asBoolean(true)) {
        throw new InvalidRequestException(
            Failure.of(OPERATION, sandbox, "another client has made " + name(port) + " public"));
      }
      return found;
    } catch (NotFoundException e) {
      return null;
    }
  }

  private JsonNode create(int port) {
    ObjectNode body = body(name(port));
    body.withObject("/spec").put("port", port).put("public", false);
    return api.addPreview(sandbox, body);
  }

  private String token(String preview, Duration lifetime) {
    ObjectNode body = body(Nonce.random());
    Instant end = time.now().plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
    body.withObject("/spec").put("expiresAt", end.toString());
    JsonNode token = api.addToken(sandbox, preview, body);
    return Json.text(token.path("spec"), "token")
        .orElseThrow(() -> malformed("malformed response: no token"));
  }

  private static ObjectNode body(String name) {
    ObjectNode body = Json.object();
    body.withObject("/metadata").put("name", name);
    return body;
  }

  private WireFormatException malformed(String observed) {
    return new WireFormatException(Failure.of(OPERATION, sandbox, observed));
  }
}
