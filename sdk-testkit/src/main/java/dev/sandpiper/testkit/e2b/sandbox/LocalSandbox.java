package dev.sandpiper.testkit.e2b.sandbox;

import dev.sandpiper.testkit.e2b.files.Watchers;
import dev.sandpiper.testkit.e2b.process.ProcessTable;
import dev.sandpiper.testkit.e2b.sandbox.Templates.Template;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.OpenRequests;
import dev.sandpiper.testkit.machine.Home;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One sandbox: a directory, the processes in it, and the requests that are open to it. Thread-safe.
 */
public final class LocalSandbox {
  public static final String ENVD_VERSION = "0.6.13";

  /** What a sandbox is created with. The token is null if none is required. */
  public record Spec(
      Template template,
      Map<String, String> metadata,
      Map<String, String> environment,
      @Nullable String accessToken,
      boolean internetAccess,
      Lifecycle lifecycle) {}

  /**
   * The current pause of a sandbox.
   *
   * @param envdUnresponsive whether its daemon had crashed before
   */
  public record Pause(PauseMode mode, Instant since, boolean envdUnresponsive) {}

  private final String id;
  private final Spec spec;
  private final Instant startedAt;
  private final Home home;
  private final Supplier<ProcessTable> tables;
  private final OpenRequests requests = new OpenRequests();
  private final Journal journal = new Journal();
  private final ReentrantLock changing = new ReentrantLock();

  // Written only under the lock. The pause is null while the sandbox runs.
  private volatile ProcessTable processes;
  private volatile Watchers watchers;
  private volatile @Nullable Pause pause;
  private volatile boolean gone;

  private volatile @Nullable String accessToken;
  private volatile boolean envdDead;
  private volatile Instant resumedAt;
  private volatile Instant endAt;

  /**
   * @param tables creates an empty table of processes, each time that the sandbox boots
   */
  LocalSandbox(String id, Spec spec, Instant startedAt, Home home, Supplier<ProcessTable> tables) {
    this.id = id;
    this.spec = spec;
    this.startedAt = startedAt;
    this.resumedAt = startedAt;
    this.endAt = startedAt.plus(spec.lifecycle().timeToLive());
    this.home = home;
    this.tables = tables;
    this.processes = tables.get();
    this.watchers = new Watchers(id);
    this.accessToken = spec.accessToken();
    journal.add("sandbox started");
  }

  public String id() {
    return id;
  }

  public Spec spec() {
    return spec;
  }

  /** The token that its daemon requires; null for none. */
  public @Nullable String accessToken() {
    return accessToken;
  }

  public void accessToken(String token) {
    accessToken = token;
  }

  public Instant startedAt() {
    return startedAt;
  }

  /** When it was last resumed or started. */
  Instant resumedAt() {
    return resumedAt;
  }

  /** Meaningless while it is paused. */
  public Instant endAt() {
    return endAt;
  }

  public void endAt(Instant end) {
    endAt = end;
  }

  public Home home() {
    return home;
  }

  public ProcessTable processes() {
    return processes;
  }

  public Watchers watchers() {
    return watchers;
  }

  public Journal journal() {
    return journal;
  }

  /** Null while it runs. */
  public @Nullable Pause pause() {
    return pause;
  }

  /** Aborts a request when this sandbox ends. The caller removes it when it is complete. */
  public void remember(Exchange exchange) {
    requests.add(exchange);
    if (gone || envdDead || pause != null) exchange.abort();
  }

  public void forget(Exchange exchange) {
    requests.remove(exchange);
  }

  /** Ends the daemon inside like a crash: its streams are aborted, its processes keep running. */
  public void crashEnvd() {
    envdDead = true;
    requests.abort();
  }

  public boolean envdDead() {
    return envdDead;
  }

  /** Aborts every open request, and stops or kills every process. False if it was not running. */
  public boolean pause(PauseMode mode) throws IOException {
    changing.lock();
    try {
      if (gone || pause != null) return false;
      pause = new Pause(mode, Instant.now().truncatedTo(ChronoUnit.MICROS), envdDead);
      requests.abort();
      if (mode == PauseMode.FULL) {
        processes.pause();
      } else {
        shutDown();
      }
      journal.add("sandbox paused (" + mode.wireName() + ")");
      return true;
    } finally {
      changing.unlock();
    }
  }

  /**
   * Ends the pause. False if it is not paused.
   *
   * @param boots whether stopped processes are killed instead of continued
   */
  boolean resume(boolean boots) throws IOException {
    changing.lock();
    try {
      Pause ending = pause;
      if (gone || ending == null) return false;
      if (ending.mode() == PauseMode.FULL && !boots) {
        processes.resume();
      } else {
        shutDown();
        boot();
      }
      journal.add("sandbox resumed");
      resumedAt = Instant.now();
      pause = null;
      return true;
    } finally {
      changing.unlock();
    }
  }

  /** Runs an action while every process is stopped. False if the sandbox is paused or has ended. */
  boolean whileStill(ProcessTable.Action action) throws IOException {
    changing.lock();
    try {
      if (gone || pause != null) return false;
      processes.whileStill(action);
      return true;
    } finally {
      changing.unlock();
    }
  }

  private void boot() throws IOException {
    home.boot();
    processes = tables.get();
    watchers = new Watchers(id);
    envdDead = false;
  }

  private void shutDown() {
    watchers.close();
    processes.close();
  }

  /** Aborts every open request, ends every watch and kills every process. */
  void kill() {
    gone = true;
    requests.abort();
    changing.lock();
    try {
      shutDown();
    } finally {
      changing.unlock();
    }
  }
}
