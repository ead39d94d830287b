package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.e2b.Templates.Template;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.machine.Home;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One sandbox: a directory, the processes in it, and the requests that are open to it. Thread-safe.
 */
final class LocalSandbox {
  /** What a sandbox is created with. The token is null for one that asks for none. */
  record Spec(
      Template template,
      Map<String, String> metadata,
      Map<String, String> environment,
      @Nullable String accessToken,
      boolean internetAccess) {}

  private final String id;
  private final Spec spec;
  private final Instant startedAt;
  private final Home home;
  private final ProcessTable processes;
  private final Watchers watchers;
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String accessToken;
  private volatile boolean gone;
  private volatile boolean envdDead;
  private volatile Instant endAt;

  LocalSandbox(
      String id, Spec spec, Instant startedAt, Instant endAt, Home home, ProcessTable processes) {
    this.id = id;
    this.spec = spec;
    this.startedAt = startedAt;
    this.endAt = endAt;
    this.home = home;
    this.processes = processes;
    this.watchers = new Watchers(id);
    this.accessToken = spec.accessToken();
  }

  String id() {
    return id;
  }

  Spec spec() {
    return spec;
  }

  /** What its daemon asks for; null for nothing. */
  @Nullable String accessToken() {
    return accessToken;
  }

  void accessToken(String token) {
    accessToken = token;
  }

  Instant startedAt() {
    return startedAt;
  }

  Instant endAt() {
    return endAt;
  }

  void endAt(Instant end) {
    endAt = end;
  }

  Home home() {
    return home;
  }

  ProcessTable processes() {
    return processes;
  }

  Watchers watchers() {
    return watchers;
  }

  /** Makes a request break off when this sandbox goes. The caller forgets it when it is over. */
  void remember(Exchange exchange) {
    open.add(exchange);
    if (gone || envdDead) exchange.abort();
  }

  void forget(Exchange exchange) {
    open.remove(exchange);
  }

  /** Ends the daemon inside, as a crash would: its streams break, its processes run on. */
  void crashEnvd() {
    envdDead = true;
    breakOpenRequests();
  }

  boolean envdDead() {
    return envdDead;
  }

  /** Breaks every open request, ends every watch and kills every process. */
  void kill() {
    gone = true;
    breakOpenRequests();
    watchers.close();
    processes.close();
  }

  private void breakOpenRequests() {
    open.forEach(Exchange::abort);
  }
}
