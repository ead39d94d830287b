package dev.sandpiper.e2b;

import dev.sandpiper.Capability;
import dev.sandpiper.Endpoint;
import dev.sandpiper.Failure;
import dev.sandpiper.Pages;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.connect.ConnectClient;
import dev.sandpiper.e2b.envd.EdgeTransport;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.HealthProbe;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.e2b.files.EnvdFiles;
import dev.sandpiper.e2b.files.FileUrls;
import dev.sandpiper.e2b.process.EnvdLauncher;
import dev.sandpiper.e2b.process.ProcessRpc;
import dev.sandpiper.e2b.process.StartMessages;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.SandboxDirectories;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.kernel.ServiceInterpreter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.HttpUrl;

/** A sandbox on E2B. Created by {@link E2bClient}. */
public final class E2bSandbox implements Sandbox {
  /** The template whose sandboxes have a {@link #codeInterpreter()}. */
  public static final String CODE_INTERPRETER_TEMPLATE = "code-interpreter-v1";

  static final Set<Capability> CAPABILITIES =
      Set.copyOf(EnumSet.complementOf(EnumSet.of(Capability.REPLAY)));
  private static final int LONGEST_MESSAGE = 16 << 20;

  /** How the sandbox was opened, and therefore what closing it does. */
  enum Origin {
    CREATED,
    FOUND,
    RESUMED
  }

  private final SandboxAccess access;
  private final Origin origin;
  private final Account account;
  private final SandboxDirectories directories;
  private final HealthProbe health;
  private final EnvdLauncher launcher;
  private final EnvdProcesses processes;
  private final E2bFilesystem files;
  private final AtomicBoolean closed = new AtomicBoolean();

  E2bSandbox(SandboxAccess access, Origin origin, Account account) {
    this.access = access;
    this.origin = origin;
    this.account = account;
    HttpTransport envd =
        edge(new HeaderTransport(account.dataPlane(), access.headers(account.userAgent())));
    ConnectClient client =
        new ConnectClient(
            envd,
            access.envdUrl(),
            account.codec(),
            Codec.JSON,
            LONGEST_MESSAGE,
            account.threads().scope());
    ProcessRpc rpc = new ProcessRpc(client, access.envdVersion());
    this.directories = new SandboxDirectories(this::launched, access.sandboxId());
    SandboxPaths paths = new SandboxPaths(directories::workingDirectory);
    this.health = new HealthProbe(envd, access);
    this.launcher =
        new EnvdLauncher(
            access.sandboxId(),
            rpc,
            new StartMessages(
                access.envdVersion(),
                scope -> new SandboxPaths(() -> directories.workingDirectory(scope))),
            health,
            account.reattachLimit(),
            account.threads());
    this.processes = new EnvdProcesses(launcher, account.threads());
    FileUrls urls =
        new FileUrls(access, endpoint(SandboxAccess.ENVD_PORT), account.threads().time());
    this.files = new EnvdFiles(access, envd, client, paths, processes, urls, account.threads());
  }

  private HttpTransport edge(HttpTransport next) {
    return new EdgeTransport(
        next, scope -> account.api().in(scope).info(access.sandboxId()).state());
  }

  /** Rejects variables of a new sandbox that would not reach its commands. */
  E2bSandbox requireSettable(Set<String> names, CallScope scope) {
    launcher.requireSettable(names, scope);
    return this;
  }

  @Override
  public String id() {
    return access.sandboxId();
  }

  @Override
  public E2bProcesses processes() {
    return processes;
  }

  private LaunchedProcesses launched() {
    return processes;
  }

  @Override
  public E2bFilesystem files() {
    return files;
  }

  /**
   * Runs code in persistent kernels. The sandbox must have the template {@link
   * #CODE_INTERPRETER_TEMPLATE}, or one based on it.
   *
   * <p>The service listens on port 49999 of the sandbox and requires no token of its own: anyone
   * who knows the sandbox's address can run code there, unless it was created with {@link
   * E2bNetwork#publicTraffic} false.
   */
  public CodeInterpreter codeInterpreter() {
    HttpUrl base =
        account.addresses().service(KernelService.PORT, access.sandboxId(), access.domain());
    KernelService service =
        new KernelService(edge(account.dataPlane()), access, base, account.userAgent());
    return new ServiceInterpreter(service, account.threads());
  }

  @Override
  public Endpoint endpoint(int port) {
    return account.addresses().port(port, access);
  }

  @Override
  public String workingDirectory() {
    return directories.workingDirectory();
  }

  @Override
  public String homeDirectory() {
    return directories.home();
  }

  @Override
  public SandboxInfo info() {
    return account.api().info(id());
  }

  @Override
  public Set<Capability> capabilities() {
    if (!access.envdVersion().isBefore(EnvdVersion.CLOSABLE_STDIN)) {
      return CAPABILITIES;
    }
    Set<Capability> fewer = EnumSet.copyOf(CAPABILITIES);
    fewer.removeAll(Set.of(Capability.STDIN, Capability.STDIN_END));
    return Set.copyOf(fewer);
  }

  /** True if connecting resumed it; false if it was running already. */
  public boolean wasResumed() {
    return origin == Origin.RESUMED;
  }

  @Override
  public void expireIn(Duration timeToLive) {
    Duration checked = Durations.positive("the time to live", timeToLive, "kill() ends it at once");
    if (!account.isDebug()) {
      account.api().expireIn(id(), checked);
    }
  }

  @Override
  public boolean kill() {
    return CreatedSandboxes.kill(this, () -> account.kill(id()));
  }

  /**
   * True if its daemon responds, false if it is paused or has ended. Makes a request to the
   * sandbox, which resumes it only if auto-resume is on.
   *
   * @throws dev.sandpiper.SandboxException if that cannot be determined
   */
  public boolean isRunning() {
    return health.isRunning(CallScope.open(account.threads().time()));
  }

  /** Like {@link #pause(E2bPauseMode)}, keeping memory and files. */
  public boolean pause() {
    return pause(E2bPauseMode.FULL);
  }

  /**
   * Pauses it: it costs only its disk, and exists until it is killed. Every connection to it is
   * lost: reading a process fails with a {@link dev.sandpiper.ConnectionLostException} with its
   * reference, and calls with a {@link dev.sandpiper.SandboxNotRunningException} whose state is
   * {@code PAUSED}, until {@link #resume}.
   *
   * @return false if it was paused already
   */
  public boolean pause(E2bPauseMode mode) {
    return calls().pause(mode);
  }

  /** Like {@link #resume(Duration, E2bResumeMode)}, with its memory. */
  public boolean resume(Duration timeToLive) {
    return resume(timeToLive, E2bResumeMode.RESTORE);
  }

  /**
   * Resumes it, if it is paused. The time to live of a running one becomes at least this.
   *
   * @return false if it was running already
   * @throws dev.sandpiper.InvalidRequestException if it has to reboot, and this control plane does
   *     not support that
   */
  public boolean resume(Duration timeToLive, E2bResumeMode mode) {
    Durations.positive("the time to live", timeToLive, "kill() ends it");
    ControlPlane.Connected connected = account.api().connect(id(), timeToLive, mode);
    if (!access.isSameAs(account.access(connected.sandbox()))) {
      throw new PlatformException(
          Failure.of("resume", id(), "it now runs at another address; connect to its id again"));
    }
    return connected.resumed();
  }

  /** Like {@link #snapshot(E2bSnapshotOptions)}, without a name. */
  public E2bSnapshot snapshot() {
    return snapshot(E2bSnapshotOptions.standard());
  }

  /** Takes a snapshot of its current state; it keeps running. */
  public E2bSnapshot snapshot(E2bSnapshotOptions options) {
    return calls().snapshot(options);
  }

  /** The snapshots of this sandbox, fetched page by page as they are read. */
  public Pages<E2bSnapshot> snapshots() {
    return new SandboxLists(account.api().api()).snapshots(id());
  }

  /**
   * Starts copies of its current state, and waits until they are ready; it keeps running. Closing a
   * copy kills it.
   *
   * @param count 1 to 20
   * @return the outcome for each
   */
  public List<E2bFork> fork(int count, Duration timeToLive) {
    if (count < 1 || count > Forks.MOST) {
      throw new IllegalArgumentException("forks are 1 to " + Forks.MOST + ", not " + count);
    }
    Durations.positive("the time to live", timeToLive, "a fork has to live");
    return new Forks(account, id()).make(count, timeToLive);
  }

  /** Replaces all of its network rules; options that are not set here are reset. */
  public void updateNetwork(E2bNetwork rules) {
    calls().updateNetwork(rules);
  }

  /** Like {@link #info()}, with all details that E2B reports. */
  public E2bSandboxDetails details() {
    return calls().details();
  }

  /** Its metrics and logs. */
  public E2bTelemetry telemetry() {
    return new E2bTelemetry(account.api().api(), id(), account.threads().time());
  }

  private SandboxCalls calls() {
    return new SandboxCalls(account.api(), id());
  }

  /** Waits until its daemon responds. */
  E2bSandbox awaitReady(CallScope scope) {
    health.awaitReady(scope);
    return this;
  }

  @Override
  public String detach() {
    closed.set(true);
    account.created().remove(id());
    return id();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true) && origin == Origin.CREATED) {
      CreatedSandboxes.close(this, account.threads().time(), change -> account.kill(id(), change));
    }
  }

  @Override
  public String toString() {
    return "E2bSandbox[" + id() + "]";
  }
}
