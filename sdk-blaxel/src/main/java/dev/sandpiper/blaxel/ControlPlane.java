package dev.sandpiper.blaxel;

import static dev.sandpiper.http.JsonApi.json;
import static dev.sandpiper.http.JsonApi.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.LazyPages;
import dev.sandpiper.http.ApiErrors;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The calls of Blaxel's REST API that this library makes. */
record ControlPlane(JsonApi api) {
  static final ApiErrors ERRORS =
      new ApiErrors(
          List.of("message", "error"),
          List.of("reason", "code", "error_code"),
          Set.of(400, 409, 413, 422),
          Set.of());
  private static final String PAGE_SIZE = "100";

  ControlPlane(HttpTransport transport, HttpUrl base) {
    this(new JsonApi(transport, base, ERRORS));
  }

  ControlPlane in(CallScope scope) {
    return new ControlPlane(api.in(scope));
  }

  /**
   * Creates a sandbox. Sent once.
   *
   * @param ifAbsent whether one of this name that lives is an answer too
   */
  JsonNode create(String subject, JsonNode spec, boolean ifAbsent) {
    HttpUrl.Builder url = api.url("sandboxes").newBuilder();
    if (ifAbsent) {
      url.addQueryParameter("createIfNotExist", "true");
    }
    HttpRequest request = request("create", subject, "POST", url.build(), spec);
    try (HttpResponse response = api.send(request, What.TEMPLATE)) {
      return sandbox(response);
    }
  }

  private static JsonNode sandbox(HttpResponse response) {
    JsonNode sandbox = json(response);
    if (SandboxJson.name(sandbox).isEmpty()) {
      throw new WireFormatException(response.failure("an answer without a sandbox"), null);
    }
    return sandbox;
  }

  JsonNode look(String operation, String name) {
    try (HttpResponse response = get(operation, name, api.url("sandboxes", name))) {
      return sandbox(response);
    }
  }

  Optional<JsonNode> find(String name) {
    try {
      return Optional.of(look("create", name));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /** The sandboxes with this external id, newest first; those that are over are not among them. */
  List<JsonNode> withExternalId(String id) {
    HttpUrl url =
        api.url("sandboxes")
            .newBuilder()
            .addQueryParameter("limit", PAGE_SIZE)
            .addQueryParameter("externalId", id)
            .build();
    try (HttpResponse response = get("create", "sandbox", url)) {
      List<JsonNode> found = new ArrayList<>();
      items(json(response), response).forEach(found::add);
      return found;
    }
  }

  SandboxInfo info(String name) {
    try (HttpResponse response = get("info", name, api.url("sandboxes", name))) {
      return SandboxJson.info(sandbox(response), response);
    }
  }

  private HttpResponse get(String operation, String subject, HttpUrl url) {
    return api.send(request(operation, subject, "GET", url).harmlessAndPatient(), What.SANDBOX);
  }

  void replace(String operation, String name, ObjectNode sandbox) {
    HttpRequest request = request(operation, name, "PUT", api.url("sandboxes", name), sandbox);
    api.require(request.harmlessAndPatient(), What.SANDBOX);
  }

  /** A record below that of a sandbox. */
  JsonNode below(String operation, String name, String... path) {
    try (HttpResponse response = get(operation, name, url(name, path))) {
      return json(response);
    }
  }

  /** Adds a record below that of a sandbox. Sent once. */
  JsonNode addBelow(String operation, String name, JsonNode body, String... path) {
    HttpRequest request = request(operation, name, "POST", url(name, path), body);
    try (HttpResponse response = api.send(request, What.SANDBOX)) {
      return json(response);
    }
  }

  private HttpUrl url(String name, String... path) {
    HttpUrl.Builder url = api.url("sandboxes", name).newBuilder();
    List.of(path).forEach(url::addPathSegment);
    return url.build();
  }

  /** False if there was nothing to delete. */
  boolean delete(String name) {
    HttpRequest request = request("kill", name, "DELETE", api.url("sandboxes", name));
    try {
      api.require(request.harmlessAndPatient(), What.SANDBOX);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** The sandboxes, newest first. Blaxel filters by neither label nor state, so all are fetched. */
  Pages<SandboxInfo> list(SandboxFilter filter) {
    return new LazyPages<>(this::page, filter::matches);
  }

  private LazyPages.Page<SandboxInfo> page(@Nullable String cursor) {
    HttpUrl.Builder url =
        api.url("sandboxes")
            .newBuilder()
            .addQueryParameter("limit", PAGE_SIZE)
            .addQueryParameter("sort", "createdAt:desc");
    if (cursor != null) {
      url.addQueryParameter("cursor", cursor);
    }
    try (HttpResponse response = get("list", "sandboxes", url.build())) {
      JsonNode answer = json(response);
      List<SandboxInfo> infos = new ArrayList<>();
      for (JsonNode item : items(answer, response)) {
        infos.add(SandboxJson.info(item, response));
      }
      return new LazyPages.Page<>(infos, next(answer));
    }
  }

  /** Older versions of the API answer with the list alone. */
  private static JsonNode items(JsonNode answer, HttpResponse response) {
    JsonNode items = answer.isArray() ? answer : answer.path("data");
    if (!items.isArray()) {
      throw new WireFormatException(response.failure("an answer that is not a list"), null);
    }
    return items;
  }

  private static @Nullable String next(JsonNode answer) {
    JsonNode meta = answer.path("meta");
    boolean hasMore = meta.path("hasMore").asBoolean(true);
    return hasMore ? Json.text(meta, "nextCursor").orElse(null) : null;
  }
}
