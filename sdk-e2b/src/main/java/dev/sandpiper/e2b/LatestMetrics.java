package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;
import static dev.sandpiper.http.JsonApi.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;

/** Fetches the last samples of many sandboxes, a hundred at a time. */
final class LatestMetrics {
  private static final int MOST_IDS = 100;

  private LatestMetrics() {}

  static Map<String, E2bMetrics> of(JsonApi api, Collection<String> ids) {
    List<String> wanted = List.copyOf(new LinkedHashSet<>(ids));
    for (String id : wanted) {
      if (id.isBlank() || id.contains(",")) {
        throw new IllegalArgumentException("'" + id + "' is not the id of a sandbox");
      }
    }
    Map<String, E2bMetrics> latest = new LinkedHashMap<>();
    for (int start = 0; start < wanted.size(); start += MOST_IDS) {
      ask(api, wanted.subList(start, Math.min(start + MOST_IDS, wanted.size())), latest);
    }
    return latest;
  }

  private static void ask(JsonApi api, List<String> ids, Map<String, E2bMetrics> latest) {
    HttpUrl url =
        Routes.of(api.base(), E2bCall.LATEST_METRICS)
            .newBuilder()
            .addQueryParameter("sandbox_ids", String.join(",", ids))
            .build();
    HttpRequest request = request(E2bCall.LATEST_METRICS, ids.size() + " sandboxes", url);
    SandboxCalls.routed(
        "metrics",
        () -> {
          try (HttpResponse response = api.send(request, What.SANDBOX)) {
            JsonNode sandboxes = json(response).path("sandboxes");
            if (!sandboxes.isObject()) {
              throw new WireFormatException(
                  response.failure("malformed response: no field 'sandboxes'"));
            }
            // Samples of sandboxes that were not requested are dropped.
            ids.stream()
                .filter(id -> sandboxes.path(id).isObject())
                .forEach(id -> latest.put(id, new E2bMetrics(sandboxes.path(id))));
            return latest;
          }
        });
  }
}
