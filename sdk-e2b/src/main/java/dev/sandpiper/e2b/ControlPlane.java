package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.LazyPages;
import dev.sandpiper.http.ApiErrors;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.UserAgent;
import dev.sandpiper.wire.Json;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The calls of E2B's REST API that this library makes. */
record ControlPlane(JsonApi api) {
  private static final String PAGE_SIZE = "100";
  private static final ApiErrors ERRORS =
      new ApiErrors(
          List.of("message"),
          List.of("error_code"),
          Set.of(400),
          Set.of("sandbox_capacity_unavailable", "sandbox_no_compatible_node"));

  /** An answer and whether it was 201. */
  record Connected(JsonNode sandbox, boolean resumed) {}

  ControlPlane(HttpTransport transport, HttpUrl base) {
    this(new JsonApi(transport, base, ERRORS));
  }

  static Headers headers(UserAgent userAgent, @Nullable String apiKey) {
    Headers.Builder headers =
        new Headers.Builder()
            .add("User-Agent", userAgent.text())
            .add("Accept", "application/json")
            .add("Accept-Encoding", "identity")
            .add("lang", "java")
            .add("lang_version", System.getProperty("java.specification.version", "unknown"))
            .add("package_version", userAgent.version())
            .add("publisher", "sandpiper")
            .add("sdk_runtime", "jvm")
            .add("system", System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT));
    if (apiKey != null) {
      headers.add("X-API-KEY", apiKey);
    }
    return headers.build();
  }

  ControlPlane in(CallScope scope) {
    return new ControlPlane(api.in(scope));
  }

  /** Creates a sandbox. Never sent twice. */
  JsonNode create(String subject, JsonNode spec) {
    HttpRequest request = api.request(E2bCall.CREATE, subject).withJson(spec);
    try (HttpResponse response = api.send(request, What.TEMPLATE)) {
      JsonNode sandbox = json(response);
      SandboxJson.id(sandbox, response);
      return sandbox;
    }
  }

  /** What was asked for, and no other: whatever is opened may be killed. */
  private static JsonNode sandbox(String asked, HttpResponse response) {
    JsonNode sandbox = json(response);
    String id = SandboxJson.id(sandbox, response);
    // Old ids end in a dash and the id of a client, which the server leaves out.
    if (!asked.equals(id) && !asked.startsWith(id + "-")) {
      throw new WireFormatException(response.failure("an answer about another sandbox"));
    }
    return sandbox;
  }

  /** Prolongs a sandbox's life, never shortens it, and wakes it if it sleeps. */
  Connected connect(String id, Duration timeToLive) {
    HttpRequest request = timed(E2bCall.CONNECT, id, timeToLive);
    try (HttpResponse response = api.send(request, What.SANDBOX)) {
      return new Connected(sandbox(id, response), response.status() == 201);
    }
  }

  void expireIn(String id, Duration timeToLive) {
    api.require(timed(E2bCall.EXPIRE_IN, id, timeToLive), What.SANDBOX);
  }

  private HttpRequest timed(E2bCall call, String id, Duration timeToLive) {
    return api.request(call, id, id).withJson(Json.object().put("timeout", seconds(timeToLive)));
  }

  /** Everything about one sandbox, its token included. */
  JsonNode look(String id) {
    try (HttpResponse response = get("connect", id)) {
      return sandbox(id, response);
    }
  }

  SandboxInfo info(String id) {
    try (HttpResponse response = get("info", id)) {
      return SandboxJson.info(sandbox(id, response), response);
    }
  }

  private HttpResponse get(String operation, String id) {
    HttpRequest request = api.request(E2bCall.INFO, id, id).withOperation(operation);
    return api.send(request, What.SANDBOX);
  }

  /** False if there was nothing to kill. */
  boolean kill(String id) {
    try {
      api.require(api.request(E2bCall.KILL, id, id), What.SANDBOX);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** The sandboxes, newest first. */
  Pages<SandboxInfo> list(SandboxFilter filter) {
    return new LazyPages<>(cursor -> page(filter, cursor, SandboxJson::info), filter::matches);
  }

  /** The sandbox with this nonce, if the list shows it among the newest. */
  Optional<String> withNonce(String nonce) {
    SandboxFilter filter = SandboxFilter.all().label(SandboxJson.NONCE_LABEL, nonce);
    return new LazyPages<Optional<String>>(
            cursor ->
                page(
                    filter,
                    cursor,
                    (listed, response) ->
                        SandboxJson.nonce(listed)
                            .filter(nonce::equals)
                            .map(same -> SandboxJson.id(listed, response))),
            Optional::isPresent)
        .stream().findFirst().flatMap(Function.identity());
  }

  private <T> LazyPages.Page<T> page(
      SandboxFilter filter, @Nullable String cursor, BiFunction<JsonNode, HttpResponse, T> read) {
    HttpUrl.Builder url =
        Routes.of(api.base(), E2bCall.LIST_SANDBOXES)
            .newBuilder()
            .addQueryParameter("limit", PAGE_SIZE);
    if (!filter.labels().isEmpty()) {
      url.addQueryParameter("metadata", metadataFilter(filter.labels()));
    }
    filter.state().ifPresent(state -> url.addQueryParameter("state", SandboxJson.state(state)));
    if (cursor != null) {
      url.addQueryParameter("nextToken", cursor);
    }
    HttpRequest request = JsonApi.request(E2bCall.LIST_SANDBOXES, "sandboxes", url.build());
    try (HttpResponse response = api.send(request, What.SANDBOX)) {
      String next = response.header("X-Next-Token");
      List<T> items = items(response, read);
      return new LazyPages.Page<>(items, next == null || next.isEmpty() ? null : next);
    }
  }

  private static <T> List<T> items(
      HttpResponse response, BiFunction<JsonNode, HttpResponse, T> read) {
    JsonNode list = json(response);
    if (!list.isArray()) {
      throw new WireFormatException(response.failure("an answer that is not a list"));
    }
    List<T> items = new ArrayList<>();
    for (JsonNode listed : list) {
      items.add(read.apply(listed, response));
    }
    return items;
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

  /** Platforms count in seconds; parts are rounded up. */
  static int seconds(Duration duration) {
    return Durations.wholeSeconds(duration);
  }
}
