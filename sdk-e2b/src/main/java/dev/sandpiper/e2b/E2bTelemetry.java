package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;
import static dev.sandpiper.http.JsonApi.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.EventStream;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Pages;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.HttpUrl;

/** The metrics and logs of one sandbox. Each call makes a request. */
public final class E2bTelemetry {
  private final JsonApi api;
  private final String id;

  private final Time time;

  E2bTelemetry(JsonApi api, String id, Time time) {
    this.api = api;
    this.id = id;
    this.time = time;
  }

  /** All samples that the platform still has; empty in the first seconds of a sandbox. */
  public List<E2bMetrics> metrics() {
    return samples(route());
  }

  /** The samples of the last {@code last}. */
  public List<E2bMetrics> metrics(Duration last) {
    Instant now = time.now();
    return metrics(now.minus(Durations.positive("the window", last, "metrics() has all")), now);
  }

  /**
   * The samples of this period, whose ends are rounded outwards to whole seconds.
   *
   * @throws IllegalArgumentException if it ends before it begins
   */
  public List<E2bMetrics> metrics(Instant from, Instant to) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("the time ends before it begins: " + from + " to " + to);
    }
    long end = to.getNano() == 0 ? to.getEpochSecond() : to.getEpochSecond() + 1;
    return samples(
        route()
            .newBuilder()
            .addQueryParameter("start", Long.toString(from.getEpochSecond()))
            .addQueryParameter("end", Long.toString(end))
            .build());
  }

  private HttpUrl route() {
    return Routes.of(api.base(), E2bCall.METRICS, id);
  }

  private List<E2bMetrics> samples(HttpUrl url) {
    HttpRequest request = request(E2bCall.METRICS, id, url);
    return SandboxCalls.routed(
        "metrics",
        () -> {
          try (HttpResponse response = api.send(request, What.SANDBOX)) {
            JsonNode list = json(response);
            if (!list.isArray()) {
              throw new WireFormatException(response.failure("expected a JSON array"));
            }
            List<E2bMetrics> samples = new ArrayList<>();
            list.forEach(sample -> samples.add(new E2bMetrics(sample)));
            return List.copyOf(samples);
          }
        });
  }

  /** The existing lines, oldest first, fetched page by page as they are read. */
  public Pages<E2bLogEntry> logs(E2bLogQuery query) {
    return () -> {
      LogReader reader = new LogReader(api, id, query);
      return Stream.generate(reader::next)
          .takeWhile(lines -> !lines.isEmpty())
          .flatMap(List::stream)
          .iterator();
    };
  }

  /**
   * The existing lines and all later ones, each once. Polls every second while it is read; the
   * caller closes it. Reading fails with a {@link dev.sandpiper.NotFoundException} once the sandbox
   * has ended.
   */
  public EventStream<E2bLogEntry> followLogs(E2bLogQuery query) {
    return new FollowedLogs(api, id, query, time);
  }
}
