package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a sandbox that runs. The shapes are those of E2B's reference. */
class MetricsAndLogsTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  private JsonNode get(String target) throws Exception {
    HttpResponse<String> answer = server.control("GET", target, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return LocalServer.json.readTree(answer.body());
  }

  private JsonNode firstSample(TestSandbox sandbox) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    JsonNode samples = get("/sandboxes/" + sandbox.id() + "/metrics");
    while (samples.isEmpty()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      samples = get("/sandboxes/" + sandbox.id() + "/metrics");
    }
    return samples.get(0);
  }

  @Test
  void metricsAreOfTheSandboxesOwnProcessesAndEmptyAtFirst() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "memory of processes needs Linux");
    TestSandbox idle = server.create();
    TestSandbox busy = server.create();
    busy.shell("while :; do :; done").pid();
    assertThat(get("/sandboxes/" + busy.id() + "/metrics")).isEmpty();
    assertThat(get("/sandboxes/metrics?sandbox_ids=" + idle.id()).path("sandboxes")).isEmpty();
    long before = Instant.now().getEpochSecond();
    JsonNode sample = firstSample(busy);
    assertThat(sample.path("cpuUsedPct").asDouble()).isPositive().isLessThanOrEqualTo(100);
    assertThat(sample.path("memUsed").asLong()).isPositive();
    assertThat(sample.path("memTotal").asLong()).isGreaterThan(sample.path("memUsed").asLong());
    assertThat(sample.path("diskTotal").asLong()).isPositive();
    assertThat(sample.path("timestampUnix").asLong()).isGreaterThanOrEqualTo(before);
    assertThat(Instant.parse(sample.path("timestamp").asText()).getEpochSecond())
        .isEqualTo(sample.path("timestampUnix").asLong());
    JsonNode quiet = firstSample(idle);
    assertThat(quiet.path("memUsed").asLong()).isZero();
    assertThat(quiet.path("cpuUsedPct").asDouble()).isZero();
    assertThat(get("/sandboxes/" + busy.id() + "/metrics?start=1&end=2")).isEmpty();
    assertThat(get("/sandboxes/" + busy.id() + "/metrics?start=1")).isNotEmpty();
    JsonNode both =
        get("/sandboxes/metrics?sandbox_ids=nobody," + idle.id() + "," + busy.id())
            .path("sandboxes");
    assertThat(both.fieldNames()).toIterable().containsExactly(idle.id(), busy.id());
  }

  @Test
  void questionsAboutMetricsAreChecked() throws Exception {
    TestSandbox sandbox = server.create();
    String many = "a,".repeat(100) + "a";
    for (String target :
        List.of(
            "/sandboxes/" + sandbox.id() + "/metrics?start=x",
            "/sandboxes/metrics",
            "/sandboxes/metrics?sandbox_ids=" + many)) {
      assertThat(server.control("GET", target, "").statusCode()).as(target).isEqualTo(400);
    }
    assertThat(server.control("GET", "/sandboxes/nobody/metrics", "").statusCode()).isEqualTo(404);
  }

  private List<String> messages(TestSandbox sandbox, String query) throws Exception {
    return get("/v2/sandboxes/" + sandbox.id() + "/logs" + query).findValuesAsText("message");
  }

  @Test
  void theLogHasWhatHappenedToTheSandbox() throws Exception {
    TestSandbox sandbox = server.create();
    String path = "/sandboxes/" + sandbox.id();
    server.control("POST", path + "/pause", "{}");
    server.control("POST", path + "/connect", "{\"timeout\":60}");
    List<String> all = List.of("sandbox started", "sandbox paused (full)", "sandbox resumed");
    assertThat(messages(sandbox, "?direction=forward")).isEqualTo(all);
    assertThat(messages(sandbox, ""))
        .containsExactly("sandbox resumed", "sandbox paused (full)", "sandbox started");
    assertThat(messages(sandbox, "?limit=1")).containsExactly("sandbox resumed");
    assertThat(messages(sandbox, "?search=PAUSE")).containsExactly("sandbox paused (full)");
    assertThat(messages(sandbox, "?level=warn")).isEmpty();
    assertThat(messages(sandbox, "?direction=forward&level=debug")).isEqualTo(all);
    JsonNode first = get("/v2" + path + "/logs?direction=forward").at("/logs/0");
    Instant at = Instant.parse(first.path("timestamp").asText());
    assertThat(messages(sandbox, "?cursor=" + (at.toEpochMilli() - 1))).isEmpty();
    assertThat(messages(sandbox, "?direction=forward&cursor=" + at.toEpochMilli())).isEqualTo(all);
    assertThat(first.path("level").asText()).isEqualTo("info");
    assertThat(first.path("fields").isObject()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=1001", "limit=-1", "direction=up", "level=all", "cursor=x"})
  void questionsAboutTheLogAreChecked(String query) throws Exception {
    String path = "/v2/sandboxes/" + server.create().id() + "/logs?" + query;
    assertThat(server.control("GET", path, "").statusCode()).isEqualTo(400);
    assertThat(server.control("GET", "/v2/sandboxes/nobody/logs", "").statusCode()).isEqualTo(404);
  }
}
