package dev.sandpiper.testkit.e2b.sandbox;

import dev.sandpiper.testkit.e2b.process.ProcessTable;
import dev.sandpiper.testkit.e2b.sandbox.Templates.Template;
import dev.sandpiper.testkit.http.Unenforced;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.HomeMount;
import dev.sandpiper.testkit.machine.Launcher;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sandboxes, each until its time to live ends. Thread-safe. */
public final class Sandboxes implements AutoCloseable {
  /** The sandbox id that clients in debug mode use. */
  public static final String DEBUG_ID = "debug_sandbox_id";

  private static final Logger log = LoggerFactory.getLogger(Sandboxes.class);

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  private final Templates templates;
  private final Snapshots snapshots;
  private final Path root;
  private final boolean wholeHost;
  private final Unenforced unenforced;
  private final Path pipes;
  private final ServerThreads threads;
  private final Launcher launcher;
  private final @Nullable HomeMount mount;
  private final Map<String, LocalSandbox> alive = new ConcurrentHashMap<>();
  private final Map<String, Future<?>> expiries = new ConcurrentHashMap<>();

  public Sandboxes(ServerOptions options, Path root, ServerThreads threads) throws IOException {
    this.templates = Templates.of(options.templates());
    this.root = root;
    this.wholeHost = options.wholeHost();
    this.unenforced = new Unenforced(options.unenforced());
    this.threads = threads;
    snapshots = new Snapshots(root.resolve("snapshots"));
    pipes = Files.createDirectory(root.resolve("pipes"));
    launcher = Launcher.in(pipes);
    boolean mountable = launcher.supervises() && !wholeHost;
    mount = mountable ? HomeMount.tryIn(Files.createDirectory(root.resolve("mounts"))) : null;
    log.info(
        mount == null
            ? "E2B's commands and answers have the real path of a home, not /home/user"
            : "E2B's commands see their home at /home/user");
  }

  /**
   * Checks a time to live.
   *
   * @throws ApiException if it is longer than any plan allows
   */
  public static Duration bounded(Duration timeToLive) {
    if (timeToLive.compareTo(LONGEST) <= 0) return timeToLive;
    throw new ApiException(400, "timeout cannot be greater than " + LONGEST.toHours() + " hours");
  }

  public Unenforced unenforced() {
    return unenforced;
  }

  public Snapshots snapshots() {
    return snapshots;
  }

  /** Finds a template or a snapshot. */
  public @Nullable Template template(String reference) {
    Template template = templates.find(reference);
    if (template != null) return template;
    Snapshots.Snapshot snapshot = snapshots.find(reference);
    return snapshot == null ? null : snapshot.template();
  }

  public LocalSandbox create(LocalSandbox.Spec spec) throws IOException {
    return create(Secrets.sandboxId(), spec);
  }

  /**
   * Creates the sandbox of clients in debug mode: without a token, and practically without an end.
   */
  public void createForDebugClients() throws IOException {
    LocalSandbox.Spec spec =
        new LocalSandbox.Spec(
            templates.first(), Map.of(), Map.of(), null, true, Lifecycle.killedAfter(FOR_EVER));
    create(DEBUG_ID, spec);
  }

  private LocalSandbox create(String id, LocalSandbox.Spec spec) throws IOException {
    Path directory = makeHome(id, spec.template());
    Home home = mount == null ? new Home(directory, wholeHost) : Home.mounted(directory, mount);
    home.boot();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    LocalSandbox sandbox =
        new LocalSandbox(
            id,
            spec,
            now,
            home,
            () -> new ProcessTable(id, home, environment(id, spec), launcher, threads));
    alive.put(id, sandbox);
    expireLater(sandbox);
    log.debug("created sandbox {}", id);
    return sandbox;
  }

  /** The sandbox's own directory is closed to other users; the home in it has usual permissions. */
  private Path makeHome(String id, Template template) throws IOException {
    Path own =
        Files.createDirectory(
            root.resolve(id),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path home = own.resolve(Users.DEFAULT);
    Path files = template.files();
    if (files != null) {
      try {
        snapshots.copy(template, files, home);
        return home;
      } catch (IOException | ApiException e) {
        Directories.delete(own);
        throw e;
      }
    }
    Files.createDirectory(home);
    return Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Map<String, String> environment(String id, LocalSandbox.Spec spec) {
    Map<String, String> environment = new LinkedHashMap<>(spec.environment());
    environment.put("E2B_SANDBOX", "true");
    environment.put("E2B_SANDBOX_ID", id);
    environment.put("E2B_TEMPLATE_ID", spec.template().id());
    return environment;
  }

  public @Nullable LocalSandbox find(String id) {
    return alive.get(id);
  }

  /**
   * The sandbox with an id.
   *
   * @throws ApiException if there is no such sandbox
   */
  public LocalSandbox get(String id) {
    LocalSandbox sandbox = alive.get(id);
    if (sandbox == null) throw ApiException.sandboxNotFound(id);
    return sandbox;
  }

  public Collection<LocalSandbox> all() {
    return List.copyOf(alive.values());
  }

  /** Sets a sandbox's end relative to now, earlier or later than before, up to the maximum life. */
  public void expireIn(LocalSandbox sandbox, Duration timeToLive) {
    Instant wanted = Instant.now().plus(timeToLive);
    Instant last = sandbox.resumedAt().plus(LONGEST);
    sandbox.endAt(wanted.isBefore(last) ? wanted : last);
    expireLater(sandbox);
  }

  /** Extends a sandbox's life to a time from now, unless it ends later anyway. */
  public void extendTo(LocalSandbox sandbox, Duration timeToLive) {
    if (Instant.now().plus(timeToLive).isAfter(sandbox.endAt())) expireIn(sandbox, timeToLive);
  }

  private void expireLater(LocalSandbox sandbox) {
    Duration left = Duration.between(Instant.now(), sandbox.endAt());
    Future<?> before = expiries.put(sandbox.id(), threads.after(left, () -> expire(sandbox)));
    if (before != null) before.cancel(false);
  }

  private void expire(LocalSandbox sandbox) {
    if (Instant.now().isBefore(sandbox.endAt())) return; // extended at the last moment
    if (sandbox.pause() != null) return; // paused at the last moment
    log.debug("sandbox {} has reached its end", sandbox.id());
    PauseMode onTimeout = sandbox.spec().lifecycle().onTimeout();
    if (onTimeout == null) {
      kill(sandbox.id());
      return;
    }
    try {
      pause(sandbox, onTimeout);
    } catch (IOException e) {
      log.warn("cannot pause sandbox {} at its end", sandbox.id(), e);
    }
  }

  /** Pauses a sandbox, which then exists until it is killed. False if it was not running. */
  public boolean pause(LocalSandbox sandbox, PauseMode mode) throws IOException {
    boolean paused = sandbox.pause(mode);
    if (paused) cancelExpiry(sandbox.id());
    return paused;
  }

  /**
   * Resumes a sandbox. False if it was not paused.
   *
   * @param boots whether its processes are killed instead of continued
   */
  public boolean resume(LocalSandbox sandbox, Duration timeToLive, boolean boots)
      throws IOException {
    boolean resumed = sandbox.resume(boots);
    if (resumed) expireIn(sandbox, timeToLive);
    return resumed;
  }

  private void cancelExpiry(String id) {
    Future<?> expiry = expiries.remove(id);
    if (expiry != null) expiry.cancel(false);
  }

  /** Kills a sandbox. False if there is no such sandbox. */
  public boolean kill(String id) {
    LocalSandbox sandbox = alive.remove(id);
    cancelExpiry(id);
    if (sandbox == null) return false;
    sandbox.kill();
    Directories.delete(root.resolve(id));
    return true;
  }

  @Override
  public void close() {
    alive.keySet().forEach(this::kill);
    Directories.delete(pipes);
  }
}
