package dev.sandpiper.blaxel.account;

import static dev.sandpiper.http.JsonApi.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.engine.LazyPages;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ControlPlaneErrors;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The calls of Blaxel's REST API that this library makes. */
public record ControlPlane(JsonApi api) {
  static final ControlPlaneErrors ERRORS =
      new ControlPlaneErrors(
          List.of("message", "error"),
          List.of("reason", "code", "error_code"),
          Set.of(400, 409, 413, 422),
          Map.of(),
          null);
  private static final String PAGE_SIZE = "100";

  public ControlPlane(HttpTransport transport, HttpUrl base) {
    this(new JsonApi(transport, base, ERRORS));
  }

  public ControlPlane in(CallScope scope) {
    return with(request -> request.in(scope));
  }

  /** The same calls, with {@code change} applied to each request before it is sent. */
  public ControlPlane with(UnaryOperator<HttpRequest> change) {
    return new ControlPlane(api.with(change));
  }

  /**
   * Creates a sandbox. Sent once.
   *
   * @param ifAbsent whether an existing sandbox of this name is returned
   */
  public JsonNode create(String subject, JsonNode spec, boolean ifAbsent) {
    HttpUrl.Builder url = url(BlaxelCall.CREATE);
    if (ifAbsent) {
      url.addQueryParameter("createIfNotExist", "true");
    }
    HttpRequest request = JsonApi.request(BlaxelCall.CREATE, subject, url.build()).withJson(spec);
    try (HttpResponse response = api.send(request, What.TEMPLATE)) {
      return sandbox(response);
    }
  }

  private static JsonNode sandbox(HttpResponse response) {
    return named(json(response), response);
  }

  private static JsonNode named(JsonNode sandbox, HttpResponse response) {
    if (SandboxJson.name(sandbox).isEmpty()) {
      throw new WireFormatException(response.failure("malformed response: no sandbox"), null);
    }
    return sandbox;
  }

  public JsonNode look(String operation, String name) {
    HttpRequest request = api.request(BlaxelCall.INFO, name, name).withOperation(operation);
    return api.ask(request, What.SANDBOX, ControlPlane::sandbox);
  }

  public Optional<JsonNode> find(String name) {
    try {
      return Optional.of(look("create", name));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /** The sandboxes with this external id, newest first; without those that have ended. */
  public List<JsonNode> withExternalId(String id) {
    HttpUrl url =
        url(BlaxelCall.LIST_SANDBOXES)
            .addQueryParameter("limit", PAGE_SIZE)
            .addQueryParameter("externalId", id)
            .build();
    HttpRequest request = JsonApi.request(BlaxelCall.LIST_SANDBOXES, "sandbox", url);
    return api.ask(
        request.withOperation("create"),
        What.SANDBOX,
        response -> {
          List<JsonNode> found = new ArrayList<>();
          items(json(response), response).forEach(item -> found.add(named(item, response)));
          return found;
        });
  }

  public SandboxInfo info(String name) {
    HttpRequest request = api.request(BlaxelCall.INFO, name, name);
    return api.ask(
        request, What.SANDBOX, response -> SandboxJson.info(sandbox(response), response));
  }

  public void replace(String operation, String name, ObjectNode sandbox) {
    HttpRequest request = api.request(BlaxelCall.REPLACE, name, name).withOperation(operation);
    api.require(request.withJson(sandbox), What.SANDBOX);
  }

  JsonNode preview(String name, String preview) {
    return answer(api.request(BlaxelCall.PREVIEW, name, name, preview));
  }

  JsonNode addPreview(String name, JsonNode preview) {
    return answer(api.request(BlaxelCall.ADD_PREVIEW, name, name).withJson(preview));
  }

  JsonNode addToken(String name, String preview, JsonNode token) {
    return answer(api.request(BlaxelCall.ADD_TOKEN, name, name, preview).withJson(token));
  }

  private JsonNode answer(HttpRequest request) {
    return api.ask(request, What.SANDBOX, JsonApi::json);
  }

  private HttpUrl.Builder url(BlaxelCall call) {
    return Routes.of(api.base(), call).newBuilder();
  }

  /** False if it did not exist. */
  public boolean delete(String name) {
    try {
      api.require(api.request(BlaxelCall.KILL, name, name), What.SANDBOX);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /**
   * The sandboxes, newest first. All are fetched, because Blaxel filters by neither label nor
   * state.
   */
  public Pages<SandboxInfo> list(SandboxFilter filter) {
    return new LazyPages<>(this::page, filter::matches);
  }

  private LazyPages.Page<SandboxInfo> page(@Nullable String cursor) {
    HttpUrl.Builder url =
        url(BlaxelCall.LIST_SANDBOXES)
            .addQueryParameter("limit", PAGE_SIZE)
            .addQueryParameter("sort", "createdAt:desc");
    if (cursor != null) {
      url.addQueryParameter("cursor", cursor);
    }
    HttpRequest request = JsonApi.request(BlaxelCall.LIST_SANDBOXES, "sandboxes", url.build());
    return api.ask(request, What.SANDBOX, ControlPlane::page);
  }

  private static LazyPages.Page<SandboxInfo> page(HttpResponse response) {
    JsonNode answer = json(response);
    List<SandboxInfo> infos = new ArrayList<>();
    for (JsonNode item : items(answer, response)) {
      infos.add(SandboxJson.info(item, response));
    }
    return new LazyPages.Page<>(infos, next(answer));
  }

  /** Older versions of the API respond with the bare list. */
  private static JsonNode items(JsonNode answer, HttpResponse response) {
    JsonNode items = answer.isArray() ? answer : answer.path("data");
    if (!items.isArray()) {
      throw new WireFormatException(response.failure("expected a JSON array"), null);
    }
    return items;
  }

  private static @Nullable String next(JsonNode answer) {
    JsonNode meta = answer.path("meta");
    boolean hasMore = meta.path("hasMore").asBoolean(true);
    return hasMore ? Json.text(meta, "nextCursor").orElse(null) : null;
  }
}
