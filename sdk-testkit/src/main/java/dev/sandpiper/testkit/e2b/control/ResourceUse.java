package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Machine;
import dev.sandpiper.testkit.machine.ProcessStatus;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The resources used by the processes of one sandbox, measured periodically. The first measurement
 * is only the baseline and not a sample. Thread-safe.
 */
final class ResourceUse {
  private static final int MOST_SAMPLES = 1800;

  /** A sample. The CPU usage is relative to all processors, in percent. */
  private record Sample(Instant at, double cpuPercent, long memoryBytes) {}

  private final LocalSandbox sandbox;

  // Guarded by this object's monitor. The oldest sample first.
  private final Deque<Sample> samples = new ArrayDeque<>();
  private Map<Long, Duration> cpuBefore;
  private long nanosBefore;

  ResourceUse(LocalSandbox sandbox) {
    this.sandbox = sandbox;
    this.cpuBefore = cpu(sandbox.processes().members());
    this.nanosBefore = System.nanoTime();
  }

  private static Map<Long, Duration> cpu(List<ProcessStatus> members) {
    Map<Long, Duration> cpu = new HashMap<>();
    for (ProcessStatus one : members) cpu.put(one.pid(), one.cpu());
    return cpu;
  }

  /** Takes one more sample, unless the sandbox is paused. */
  synchronized void measure() {
    List<ProcessStatus> members = sandbox.processes().members();
    Map<Long, Duration> cpu = cpu(members);
    long now = System.nanoTime();
    long used = 0;
    for (Map.Entry<Long, Duration> one : cpu.entrySet()) {
      Duration before = cpuBefore.getOrDefault(one.getKey(), Duration.ZERO);
      used += Math.max(0, one.getValue().minus(before).toNanos());
    }
    long possible = (now - nanosBefore) * Runtime.getRuntime().availableProcessors();
    cpuBefore = cpu;
    nanosBefore = now;
    if (sandbox.pause() != null || possible <= 0) return;
    if (samples.size() == MOST_SAMPLES) samples.remove();
    double percent = Math.min(100, 100.0 * used / possible);
    long memory = members.stream().mapToLong(ProcessStatus::residentBytes).sum();
    samples.add(new Sample(Instant.now(), percent, memory));
  }

  /** The samples of a period, both ends inclusive, oldest first. */
  synchronized List<ObjectNode> between(Instant start, Instant end) {
    return samples.stream()
        .filter(one -> !one.at().isBefore(start) && !one.at().isAfter(end))
        .map(this::tree)
        .toList();
  }

  private ObjectNode tree(Sample sample) {
    File disk = sandbox.home().directory().toFile();
    return GoJson.object()
        .put("timestamp", sample.at().toString())
        .put("timestampUnix", sample.at().getEpochSecond())
        .put("cpuCount", Runtime.getRuntime().availableProcessors())
        .put("cpuUsedPct", sample.cpuPercent())
        .put("memUsed", sample.memoryBytes())
        .put("memTotal", Machine.memoryBytes())
        .put("memCache", 0)
        .put("diskUsed", disk.getTotalSpace() - disk.getFreeSpace())
        .put("diskTotal", disk.getTotalSpace());
  }
}
