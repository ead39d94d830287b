package dev.sandpiper.testkit.e2b.envd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Machine;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** {@code /health}, {@code /metrics} and {@code /envs}. */
final class SmallEndpoints {
  private static final int MEBIBYTE = 1024 * 1024;

  void handle(Exchange exchange, LocalSandbox sandbox) throws IOException {
    String path = exchange.path();
    if (!List.of("/health", "/metrics", "/envs").contains(path)) {
      exchange.pageNotFound();
    } else if (!exchange.method().equals("GET")) {
      exchange.methodNotAllowed(List.of("GET"));
    } else {
      exchange.set("Cache-Control", "no-store");
      switch (path) {
        case "/health" -> health(exchange);
        case "/metrics" -> answer(exchange, metrics(sandbox));
        default -> answer(exchange, environment(sandbox));
      }
    }
  }

  private static void health(Exchange exchange) throws IOException {
    exchange.set("Content-Type", "");
    exchange.answer(204);
  }

  private static void answer(Exchange exchange, JsonNode tree) throws IOException {
    exchange.set("Content-Type", "application/json");
    byte[] bytes = (GoJson.text(tree) + "\n").getBytes(UTF_8);
    exchange.answer(200, bytes);
  }

  private static ObjectNode environment(LocalSandbox sandbox) {
    ObjectNode tree = GoJson.object();
    new TreeMap<>(sandbox.processes().environment()).forEach(tree::put);
    return tree;
  }

  private static ObjectNode metrics(LocalSandbox sandbox) {
    long memory = Machine.memoryBytes();
    long used = memory - Machine.memoryBytes("MemAvailable");
    File disk = sandbox.home().directory().toFile();
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    int processors = Runtime.getRuntime().availableProcessors();
    return GoJson.object()
        .put("ts", Instant.now().getEpochSecond())
        .put("cpu_count", processors)
        .put("cpu_used_pct", Math.max(0, Math.min(100, 100 * load / processors)))
        .put("mem_total_mib", memory / MEBIBYTE)
        .put("mem_used_mib", used / MEBIBYTE)
        .put("mem_total", memory)
        .put("mem_used", used)
        .put("mem_cache", Machine.memoryBytes("Cached"))
        .put("disk_used", disk.getTotalSpace() - disk.getFreeSpace())
        .put("disk_total", disk.getTotalSpace());
  }
}
