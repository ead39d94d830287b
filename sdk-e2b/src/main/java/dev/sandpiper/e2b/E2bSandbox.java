package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Endpoint;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.Places;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.SentText;
import java.time.Clock;
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
  private final LaunchedProcesses processes;
  private final E2bFilesystem files;
  private final AtomicBoolean closed = new AtomicBoolean();

  E2bSandbox(SandboxAccess access, Origin origin, Account account) {
    this.access = access;
    this.origin = origin;
    this.account = account;
    HttpTransport envd =
        new HeaderTransport(account.dataPlane(), access.headers(account.userAgent()));
    ConnectClient client =
        new ConnectClient(envd, access.envdUrl(), account.codec(), Codec.JSON, LONGEST_MESSAGE);
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
    this.processes = new LaunchedProcesses(launcher, account.threads());
    FileUrls urls = new FileUrls(access, endpoint(SandboxAccess.ENVD_PORT), Clock.systemUTC());
    this.files =
        new EnvdFiles(access, envd, client, paths, processes, urls, account.threads().executor());
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
  public Processes processes() {
    return processes;
  }

  private LaunchedProcesses launched() {
    return processes;
  }

  /** {@link Processes#exec(Command)} with what only E2B knows. */
  public ExecResult exec(E2bCommand command) {
    return exec(command, output -> {});
  }

  /** {@link Processes#exec(Command, OutputListener)} with what only E2B knows. */
  public ExecResult exec(E2bCommand command, OutputListener listener) {
    return processes.exec(
        command.common(),
        listener,
        scope -> launcher.launch(command.common(), command.tag(), scope));
  }

  /** {@link Processes#start(Command)} with what only E2B knows. */
  public Process start(E2bCommand command) {
    Command common = command.common();
    CallScope scope = processes.scopeOf(common);
    return processes.started(launcher.launch(common, command.tag(), scope), common, scope);
  }

  /** {@link Processes#startTerminal} with what only E2B knows. */
  public Terminal startTerminal(E2bCommand command, TerminalSize size) {
    requireNonNull(size, "size");
    return processes.startTerminal(
        command.common(),
        scope -> launcher.launchTerminal(command.common(), size, command.tag(), scope));
  }

  /**
   * Attaches to the process with this tag, whoever started it. Otherwise like {@link
   * Processes#attach}.
   *
   * @throws dev.sandpiper.NotFoundException if none with this tag runs
   * @throws dev.sandpiper.InvalidRequestException if several do; it names their numbers, and {@link
   *     Processes#list} has their references
   */
  public Process attachTagged(String tag) {
    return processes.attached(launcher.attachTagged(SentText.require("the tag", tag)));
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
