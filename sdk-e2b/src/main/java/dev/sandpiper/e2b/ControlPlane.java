package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.LazyPages;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The calls of E2B's REST API that this library makes. */
final class ControlPlane {
  private static final int LONGEST_ANSWER = 16 << 20;
  private static final String PAGE_SIZE = "100";

  /** An answer and whether it was 201. */
  record Connected(JsonNode sandbox, boolean resumed) {}

  private final HttpTransport transport;
  private final HttpUrl base;

  ControlPlane(HttpTransport transport, HttpUrl base) {
    this.transport = transport;
    this.base = base;
  }

  /** Creates a sandbox. Never sent twice. */
  JsonNode create(String subject, JsonNode spec) {
    HttpRequest request = post("create", subject, spec, "sandboxes");
    try (HttpResponse response = transport.send(request)) {
      requireStatus(response, What.TEMPLATE, 201);
      JsonNode sandbox = json(response);
      if (ApiErrors.text(sandbox, "sandboxID").isEmpty()) {
        throw new WireFormatException(response.failure("an answer without a sandboxID"));
      }
      return sandbox;
    }
  }

  /** Prolongs a sandbox's life, never shortens it, and wakes it if it sleeps. */
  Connected connect(String id, Duration timeToLive) {
    JsonNode body = Json.object().put("timeout", seconds(timeToLive));
    HttpRequest request =
        post("connect", id, body, "sandboxes", id, "connect").harmlessAndPatient();
    try (HttpResponse response = transport.send(request)) {
      requireStatus(response, What.SANDBOX, 200, 201);
      return new Connected(json(response), response.status() == 201);
    }
  }

  /** Everything about one sandbox, its token included. */
  JsonNode look(String id) {
    try (HttpResponse response = get("connect", id)) {
      return json(response);
    }
  }

  SandboxInfo info(String id) {
    try (HttpResponse response = get("info", id)) {
      return SandboxJson.info(json(response), response);
    }
  }

  private HttpResponse get(String operation, String id) {
    HttpRequest request =
        HttpRequest.of(operation, id, "GET", url("sandboxes", id)).harmlessAndPatient();
    HttpResponse response = transport.send(request);
    if (response.status() == 200) {
      return response;
    }
    try (response) {
      throw ApiErrors.of(response, What.SANDBOX);
    }
  }

  void expireIn(String id, Duration timeToLive) {
    JsonNode body = Json.object().put("timeout", seconds(timeToLive));
    HttpRequest request =
        post("expireIn", id, body, "sandboxes", id, "timeout").harmlessAndPatient();
    try (HttpResponse response = transport.send(request)) {
      requireStatus(response, What.SANDBOX, 200, 204);
    }
  }

  /** False if there was nothing to kill. */
  boolean kill(String id) {
    HttpRequest request =
        HttpRequest.of("kill", id, "DELETE", url("sandboxes", id)).harmlessAndPatient();
    try (HttpResponse response = transport.send(request)) {
      if (response.status() == 404) {
        return false;
      }
      requireStatus(response, What.SANDBOX, 200, 204);
      return true;
    }
  }

  /** One page of the list, newest first. */
  LazyPages.Page<SandboxInfo> page(SandboxFilter filter, @Nullable String cursor) {
    HttpUrl.Builder url = url("v2", "sandboxes").newBuilder().addQueryParameter("limit", PAGE_SIZE);
    if (!filter.labels().isEmpty()) {
      url.addQueryParameter("metadata", metadataFilter(filter.labels()));
    }
    filter.state().ifPresent(state -> url.addQueryParameter("state", SandboxJson.state(state)));
    if (cursor != null) {
      url.addQueryParameter("nextToken", cursor);
    }
    HttpRequest request =
        HttpRequest.of("list", "sandboxes", "GET", url.build()).harmlessAndPatient();
    try (HttpResponse response = transport.send(request)) {
      requireStatus(response, What.SANDBOX, 200);
      String next = response.header("X-Next-Token");
      return new LazyPages.Page<>(infos(response), next == null || next.isEmpty() ? null : next);
    }
  }

  private static List<SandboxInfo> infos(HttpResponse response) {
    JsonNode list = json(response);
    if (!list.isArray()) {
      throw new WireFormatException(response.failure("an answer that is no list"));
    }
    List<SandboxInfo> infos = new ArrayList<>();
    for (JsonNode listed : list) {
      infos.add(SandboxJson.info(listed, response));
    }
    return infos;
  }

  /** Keys and values are escaped twice here, and once more as a query parameter. */
  private static String metadataFilter(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> twice(label.getKey()) + "=" + twice(label.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String twice(String text) {
    return escaped(escaped(text));
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  private HttpRequest post(String operation, String subject, JsonNode body, String... path) {
    return HttpRequest.of(operation, subject, "POST", url(path))
        .withBody(HttpBody.of("application/json", Json.write(body)));
  }

  /** Each part is one segment, however it is spelled. */
  private HttpUrl url(String... path) {
    HttpUrl.Builder url = base.newBuilder();
    for (String segment : path) {
      if (segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException("'" + segment + "' is no id");
      }
      url.addPathSegment(segment);
    }
    return url.build();
  }

  private static void requireStatus(HttpResponse response, What missing, Integer... expected) {
    if (!List.of(expected).contains(response.status())) {
      throw ApiErrors.of(response, missing);
    }
  }

  private static JsonNode json(HttpResponse response) {
    try {
      return Json.parse(response.readAll(LONGEST_ANSWER));
    } catch (MalformedStreamException e) {
      throw new WireFormatException(response.failure("an answer that cannot be read"), e);
    } catch (IOException e) {
      throw new ConnectionLostException(response.failure("the answer broke off"), null, e);
    }
  }

  /** Platforms count in seconds; parts are rounded up. */
  static long seconds(Duration duration) {
    return duration.plusNanos(999_999_999).toSeconds();
  }
}
