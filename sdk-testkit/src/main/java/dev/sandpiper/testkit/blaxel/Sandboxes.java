package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.blaxel.SandboxRecord.Status;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sandboxes, including recently ended ones. Thread-safe. */
final class Sandboxes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sandboxes.class);

  private final RunningSandbox.Host host;
  private final String workspace;
  private final ServerThreads threads;
  private final Function<String, String> urls;
  private final Map<String, SandboxRecord> byName = new ConcurrentHashMap<>();
  private final Map<String, SandboxRecord> byKey = new ConcurrentHashMap<>();
  private final Map<String, Future<?>> expiries = new ConcurrentHashMap<>();
  private final Set<String> beingCreated = ConcurrentHashMap.newKeySet();

  // Guarded by this object's monitor.
  private boolean closed;

  /**
   * @param urls a sandbox's address by its key
   */
  public Sandboxes(RunningSandbox.Host host, String workspace, Function<String, String> urls) {
    this.host = host;
    this.workspace = workspace;
    this.threads = host.threads();
    this.urls = urls;
  }

  public @Nullable SandboxRecord find(String name) {
    return byName.get(name);
  }

  /** The sandbox at an address, if it is running. */
  @Nullable SandboxRecord at(String key) {
    return byKey.get(key);
  }

  /** All sandboxes, newest first. */
  public List<SandboxRecord> all() {
    return byName.values().stream()
        .sorted(
            Comparator.comparing(SandboxRecord::createdAt)
                .reversed()
                .thenComparing(SandboxRecord::name))
        .toList();
  }

  /**
   * Creates a sandbox, or finds the one with the name.
   *
   * @param ifAbsent whether an existing one is returned
   * @throws ApiException if the name is taken
   */
  public SandboxRecord create(Definition asked, boolean ifAbsent) throws IOException {
    String given = asked.name();
    Definition definition = given == null ? asked.named(Secrets.sandboxName()) : asked;
    String name = String.valueOf(definition.name());
    if (!beingCreated.add(name)) return awaitOther(name, ifAbsent);
    try {
      SandboxRecord before = byName.get(name);
      if (before != null && before.status() == Status.DEPLOYED && ifAbsent) return before;
      if (before != null && before.status() != Status.TERMINATED) throw taken(name);
      return make(definition, name);
    } finally {
      beingCreated.remove(name);
    }
  }

  private static ApiException taken(String name) {
    return ApiException.ofCreation(
        409, "SANDBOX_ALREADY_EXISTS", name, "Sandbox " + name + " already exists");
  }

  private SandboxRecord awaitOther(String name, boolean ifAbsent) {
    SandboxRecord other = byName.get(name);
    if (ifAbsent && other != null && other.status() == Status.DEPLOYED) return other;
    throw ApiException.beingCreated(name);
  }

  private SandboxRecord make(Definition definition, String name) throws IOException {
    String key = "sbx-" + name + "-" + Secrets.sandboxId();
    RunningSandbox machine = RunningSandbox.start(key, variables(definition, name), host);
    SandboxRecord record = new SandboxRecord(definition, key, urls.apply(key), workspace, machine);
    if (!admit(record)) {
      machine.kill();
      throw ApiException.of(503, "the server is stopping");
    }
    expireLater(record);
    log.debug("created sandbox {}", name);
    return record;
  }

  /** False once all sandboxes are being killed. */
  private synchronized boolean admit(SandboxRecord record) {
    if (closed) return false;
    byName.put(record.name(), record);
    byKey.put(record.key(), record);
    return true;
  }

  private Map<String, String> variables(Definition definition, String name) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("BL_NAME", name);
    variables.put("BL_TYPE", "sandbox");
    variables.put("BL_WORKSPACE", workspace);
    variables.put("BL_REGION", definition.spec().path("region").asText());
    variables.putAll(definition.environment());
    return variables;
  }

  /** Replaces a definition. With other variables the machine is replaced, and its state is lost. */
  void replace(SandboxRecord record, Definition replacement) throws IOException {
    Definition next = replacement.replacing(record.definition());
    if (next.environment().equals(record.definition().environment())) {
      record.update(next, null);
    } else {
      kill(record);
      record.update(next, RunningSandbox.start(record.key(), variables(next, record.name()), host));
    }
    expireLater(record);
  }

  private synchronized void expireLater(SandboxRecord record) {
    Instant end = record.endAt();
    Future<?> before = expiries.remove(record.key());
    if (before != null) before.cancel(false);
    if (end == null || closed) return;
    Duration left = Duration.between(Instant.now(), end);
    expiries.put(record.key(), threads.after(left, () -> expire(record)));
  }

  private void expire(SandboxRecord record) {
    Instant end = record.endAt();
    if (end != null && Instant.now().isBefore(end)) {
      expireLater(record); // used in the meantime
    } else if (end != null && record.moveTo(Status.DELETING)) {
      log.debug("sandbox {} has reached its end", record.name());
      terminate(record);
    }
  }

  /** Starts to delete a sandbox; false if that was started before. */
  boolean delete(SandboxRecord record) {
    if (!record.moveTo(Status.DELETING)) return false;
    threads.run(() -> terminate(record));
    return true;
  }

  private void terminate(SandboxRecord record) {
    byKey.remove(record.key());
    Future<?> expiry = expiries.remove(record.key());
    if (expiry != null) expiry.cancel(false);
    kill(record);
    if (record.moveTo(Status.TERMINATED)) forgetLater(record);
  }

  private static void kill(SandboxRecord record) {
    RunningSandbox machine = record.machine();
    if (machine != null) machine.kill();
  }

  private synchronized void forgetLater(SandboxRecord record) {
    Duration retention = record.lifetime().retention();
    if (!closed) threads.later(retention, () -> byName.remove(record.name(), record));
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    List.copyOf(byName.values()).forEach(Sandboxes::kill);
  }
}
