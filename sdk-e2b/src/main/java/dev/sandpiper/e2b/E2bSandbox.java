package dev.sandpiper.e2b;

import dev.sandpiper.Capability;
import dev.sandpiper.Endpoint;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.Places;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.HttpTransport;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A sandbox at E2B. Made by {@link E2bClient}. */
public final class E2bSandbox implements Sandbox {
  static final Set<Capability> CAPABILITIES =
      Set.copyOf(EnumSet.complementOf(EnumSet.of(Capability.REPLAY)));
  private static final int LONGEST_MESSAGE = 16 << 20;

  /** How we came by a sandbox, and so what closing it does. */
  enum Origin {
    CREATED,
    FOUND,
    RESUMED
  }

  private final SandboxAccess access;
  private final Origin origin;
  private final Account account;
  private final Places places;
  private final EnvdLauncher launcher;
  private final EnvdProcesses processes;
  private final E2bFilesystem files;
  private final AtomicBoolean closed = new AtomicBoolean();

  E2bSandbox(SandboxAccess access, Origin origin, Account account) {
    this.access = access;
    this.origin = origin;
    this.account = account;
    HttpTransport envd =
        new HeaderTransport(account.dataPlane(), access.headers(account.userAgent()));
    ConnectClient client =
        new ConnectClient(
            envd,
            access.envdUrl(),
            account.codec(),
            Codec.JSON,
            LONGEST_MESSAGE,
            account.threads().scope());
    ProcessRpc rpc = new ProcessRpc(client, access.envdVersion());
    this.places = new Places(this::launched, access.sandboxId());
    SandboxPaths paths = new SandboxPaths(places::workingDirectory);
    this.launcher =
        new EnvdLauncher(
            access.sandboxId(),
            rpc,
            new StartMessages(
                access.envdVersion(),
                scope -> new SandboxPaths(() -> places.workingDirectory(scope))),
            new HealthProbe(envd, access),
            account.reattachLimit());
    this.processes = new EnvdProcesses(launcher, account.threads());
    FileUrls urls =
        new FileUrls(access, endpoint(SandboxAccess.ENVD_PORT), account.threads().time());
    this.files = new EnvdFiles(access, envd, client, paths, processes, urls, account.threads());
  }

  /** Refuses variables of a new sandbox that its commands would not get. */
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

  @Override
  public Endpoint endpoint(int port) {
    return account.addresses().port(port, access);
  }

  @Override
  public String workingDirectory() {
    return places.workingDirectory();
  }

  @Override
  public String homeDirectory() {
    return places.home();
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

  /** True if connecting woke it from its sleep; false if it was running already. */
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
    return account.kill(id());
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
      CreatedSandboxes.close(id(), this::kill);
    }
  }

  @Override
  public String toString() {
    return "E2bSandbox[" + id() + "]";
  }
}
