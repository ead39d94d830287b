package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;
import static dev.sandpiper.http.JsonApi.request;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.engine.LazyPages;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import java.net.URLEncoder;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** E2B's lists, page by page: of sandboxes, and of snapshots. */
record SandboxLists(JsonApi api) {
  private static final String PAGE_SIZE = "100";

  private record Listed(JsonNode json, SandboxInfo info) {}

  /** The sandboxes that match the filter, also if the server ignores it. */
  Pages<SandboxInfo> of(E2bSandboxFilter filter) {
    HttpUrl url = url(filter);
    LazyPages<Listed> pages =
        new LazyPages<>(
            cursor ->
                page(
                    url,
                    cursor,
                    (json, response) -> new Listed(json, SandboxJson.info(json, response))),
            listed -> filter.matches(listed.json()) && filter.common().matches(listed.info()));
    return () -> pages.stream().map(Listed::info).iterator();
  }

  /** The sandboxes with this nonce: at most one, unless the platform executed a request twice. */
  List<String> withNonce(String nonce) {
    HttpUrl url =
        url(E2bSandboxFilter.of(SandboxFilter.all().label(SandboxJson.NONCE_LABEL, nonce)));
    return new LazyPages<Optional<String>>(
            cursor ->
                page(
                    url,
                    cursor,
                    (listed, response) ->
                        SandboxJson.nonce(listed)
                            .filter(nonce::equals)
                            .map(same -> SandboxJson.id(listed, response))),
            Optional::isPresent)
        .stream().flatMap(Optional::stream).toList();
  }

  /**
   * The snapshots.
   *
   * @param sandboxId the sandbox whose snapshots to list; null for those of all
   */
  Pages<E2bSnapshot> snapshots(@Nullable String sandboxId) {
    HttpUrl.Builder url =
        Routes.of(api.base(), E2bCall.LIST_SNAPSHOTS)
            .newBuilder()
            .addQueryParameter("limit", PAGE_SIZE);
    if (sandboxId != null) {
      url.addQueryParameter("sandboxID", sandboxId);
    }
    HttpUrl all = url.build();
    return new LazyPages<>(cursor -> page(all, cursor, E2bSnapshot::of), snapshot -> true);
  }

  private HttpUrl url(E2bSandboxFilter filter) {
    SandboxFilter common = filter.common();
    HttpUrl.Builder url =
        Routes.of(api.base(), E2bCall.LIST_SANDBOXES)
            .newBuilder()
            .addQueryParameter("limit", PAGE_SIZE);
    if (!common.labels().isEmpty()) {
      url.addQueryParameter("metadata", metadataFilter(common.labels()));
    }
    common.state().ifPresent(state -> url.addQueryParameter("state", SandboxJson.state(state)));
    filter.template().ifPresent(template -> url.addQueryParameter("template", template));
    filter
        .startedSince()
        .map(moment -> moment.truncatedTo(ChronoUnit.MICROS).toString())
        .ifPresent(moment -> url.addQueryParameter("startedAfter", moment));
    if (filter.isOldestFirst()) {
      url.addQueryParameter("order", "asc");
    }
    return url.build();
  }

  private <T> LazyPages.Page<T> page(
      HttpUrl url, @Nullable String cursor, BiFunction<JsonNode, HttpResponse, T> read) {
    boolean isOfSnapshots = url.encodedPath().endsWith("/snapshots");
    E2bCall call = isOfSnapshots ? E2bCall.LIST_SNAPSHOTS : E2bCall.LIST_SANDBOXES;
    String what = isOfSnapshots ? "snapshots" : "sandboxes";
    HttpUrl.Builder page = url.newBuilder();
    if (cursor != null) {
      page.addQueryParameter("nextToken", cursor);
    }
    HttpRequest request = request(call, what, page.build());
    return api.ask(
        request,
        What.SANDBOX,
        response -> {
          String next = response.header("X-Next-Token");
          List<T> items = items(response, read);
          return new LazyPages.Page<>(items, next == null || next.isEmpty() ? null : next);
        });
  }

  private static <T> List<T> items(
      HttpResponse response, BiFunction<JsonNode, HttpResponse, T> read) {
    JsonNode list = json(response);
    if (!list.isArray()) {
      throw new WireFormatException(response.failure("expected a JSON array"));
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
}
