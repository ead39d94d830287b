package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.EventStream;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The health, metrics and logs of sandboxes. */
class TelemetryTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @ParameterizedTest
  @CsvSource({"204, true", "200, true", "502, false"})
  void theHealthOfASandboxSaysWhetherItRuns(int status, boolean runs) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(status, "");
    assertThat(sandbox.isRunning()).isEqualTo(runs);
    e2b.take("GET /health");
  }

  @Test
  void aHealthThatCannotBeKnownIsNoAnswer() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(new MockResponse.Builder().code(500).body("no").build());
    assertThatThrownBy(sandbox::isRunning).isInstanceOf(PlatformException.class);
    e2b.take("GET /health");
  }

  @Test
  void samplesOfATimeHaveAllOfItsSeconds() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        [{"timestampUnix": 1763800000, "cpuCount": 2, "cpuUsedPct": 12.5, "memUsed": 1,
          "memTotal": 2, "memCache": 3, "diskUsed": 4, "diskTotal": 5},
         {"timestamp": "2026-11-20T10:00:00Z"}]""");
    List<E2bMetrics> samples =
        sandbox
            .telemetry()
            .metrics(
                Instant.ofEpochMilli(1_763_799_999_900L), Instant.ofEpochMilli(1_763_800_000_100L));
    e2b.take("GET /sandboxes/isb1/metrics?start=1763799999&end=1763800001");
    assertThat(samples.get(0).time()).contains(Instant.ofEpochSecond(1_763_800_000));
    assertThat(samples.get(0).cpuUsedPercent()).hasValue(12.5);
    assertThat(samples.get(0).memoryCacheBytes()).hasValue(3);
    assertThat(samples.get(0).diskTotalBytes()).hasValue(5);
    assertThat(samples.get(1).time()).contains(Instant.parse("2026-11-20T10:00:00Z"));
    assertThat(samples.get(1).memoryUsedBytes()).isEmpty();
  }

  @Test
  void lastSamplesAreAskedForAHundredAtATimeAndStrangersAreNotShown() throws Exception {
    List<String> ids = IntStream.range(0, 101).mapToObj(i -> "s" + i).toList();
    e2b.answer(200, "{\"sandboxes\": {\"s1\": {\"cpuCount\": 1}, \"strangers\": {}}}");
    e2b.answer(200, "{\"sandboxes\": {\"s100\": {\"cpuCount\": 4}}}");
    assertThat(e2b.client().metrics(ids).keySet()).containsExactly("s1", "s100");
    String first = ids.stream().limit(100).collect(Collectors.joining("%2C"));
    e2b.take("GET /sandboxes/metrics?sandbox_ids=" + first);
    e2b.take("GET /sandboxes/metrics?sandbox_ids=s100");
  }

  private static String line(String time, String message) {
    return "{\"timestamp\": \""
        + time
        + "\", \"level\": \"info\", \"message\": \""
        + message
        + "\"}";
  }

  private static String page(String... lines) {
    return "{\"logs\": [" + String.join(",", lines) + "]}";
  }

  @Test
  void eachLineOfALogIsReadOnce() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    String a = line("2026-11-20T10:00:00.001Z", "a");
    String b = line("2026-11-20T10:00:00.002Z", "b");
    String c = line("2026-11-20T10:00:00.002Z", "c");
    e2b.answer(200, page(a, b));
    e2b.answer(200, page(a, b, b, c)); // b twice: written a second time in that millisecond
    e2b.answer(200, page(b, b, c));
    Instant since = Instant.parse("2026-11-20T10:00:00.001Z");
    assertThat(sandbox.telemetry().logs(E2bLogQuery.all().since(since).level("info").search("x")))
        .extracting(E2bLogEntry::message)
        .containsExactly("a", "b", "b", "c");
    String query = "&limit=1000&direction=forward&level=info&search=x";
    long start = since.toEpochMilli();
    e2b.take("GET /v2/sandboxes/isb1/logs?cursor=" + (start - 1) + query);
    e2b.take("GET /v2/sandboxes/isb1/logs?cursor=" + start + query);
    e2b.take("GET /v2/sandboxes/isb1/logs?cursor=" + start + query);
  }

  @Test
  void aLogIsFollowedAsItGrows() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, page(line("2026-11-20T10:00:00Z", "a")));
    try (EventStream<E2bLogEntry> log = sandbox.telemetry().followLogs(E2bLogQuery.all())) {
      assertThat(requireNonNull(log.next()).message()).isEqualTo("a");
      e2b.answer(200, page(line("2026-11-20T10:00:00Z", "a")));
      assertThatThrownBy(() -> log.next(Duration.ofMillis(200)))
          .isInstanceOf(TimeoutException.class);
      e2b.answer(200, page(line("2026-11-20T10:00:00Z", "a"), line("2026-11-20T10:00:01Z", "b")));
      assertThat(requireNonNull(log.next()).message()).isEqualTo("b");
      e2b.answer(404, "{\"code\": 404, \"message\": \"sandbox isb1 not found\"}");
      assertThatThrownBy(log::next).isInstanceOf(NotFoundException.class);
    }
    for (int i = 0; i < 4; i++) {
      e2b.take();
    }
  }
}
