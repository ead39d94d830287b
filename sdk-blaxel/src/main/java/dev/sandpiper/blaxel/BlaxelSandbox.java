package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Capability;
import dev.sandpiper.Endpoint;
import dev.sandpiper.Filesystem;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.blaxel.account.Previews;
import dev.sandpiper.blaxel.files.BlaxelFiles;
import dev.sandpiper.blaxel.process.ExactLauncher;
import dev.sandpiper.blaxel.process.ExactSandbox;
import dev.sandpiper.blaxel.process.OutputDirectory;
import dev.sandpiper.blaxel.process.OutputOptions;
import dev.sandpiper.blaxel.process.ProcessApi;
import dev.sandpiper.blaxel.process.StartMessages;
import dev.sandpiper.blaxel.process.StreamedLauncher;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.SandboxDirectories;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Uninterrupted;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.kernel.ServiceInterpreter;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.HttpUrl;

/**
 * A sandbox on Blaxel. Created by {@link BlaxelClient}. It falls asleep, with its memory kept, some
 * seconds after the last connection to it has ended, and wakes with the next request. Its processes
 * sleep too, unless one was started with {@link BlaxelCommand#keepAlive}.
 *
 * <p>A command runs in a small wrapper, so that its output arrives byte for byte: up to 8 KiB of
 * each output of an {@code exec} in the server's own record of the command, where it stays, and
 * everything else through files in {@link BlaxelClientBuilder#outputDirectory}. If a tool is
 * missing, or the files that a command needs cannot be written, it fails with {@link
 * NotBegunException}; {@link BlaxelCommand#streamed()} needs neither.
 */
public final class BlaxelSandbox implements Sandbox {
  /** The image whose sandboxes have a {@link #codeInterpreter()}; it listens on port 8888. */
  public static final String CODE_INTERPRETER_IMAGE = "blaxel/jupyter-server";

  private static final Set<Capability> CAPABILITIES =
      without(
          EnumSet.allOf(Capability.class),
          Capability.EXIT_SIGNALS,
          Capability.TERMINAL,
          Capability.USER,
          Capability.WATCH);
  private static final Set<Capability> STREAMED =
      without(
          CAPABILITIES,
          Capability.STDIN,
          Capability.STDIN_END,
          Capability.ATTACH,
          Capability.REPLAY,
          Capability.BYTES);

  private final String name;
  private final HttpUrl url;
  private final boolean created;
  private final Account account;
  private final RecordUpdate update;
  private final Variables variables;
  private final SandboxDirectories directories;
  private final ExactSandbox exact;
  private final ExactLauncher launcher;
  private final SandboxProcesses processes;
  private final Filesystem files;
  private final AtomicBoolean closed = new AtomicBoolean();

  BlaxelSandbox(String name, HttpUrl url, boolean created, Account account) {
    this.name = name;
    this.url = url;
    this.created = created;
    this.account = account;
    this.update = new RecordUpdate(account.api(), name, account.threads().time());
    this.directories = new SandboxDirectories(this::launched, name);
    SandboxPaths paths = new SandboxPaths(directories::workingDirectory);
    ProcessApi api = new ProcessApi(account.dataPlane(), url, account.threads().scope());
    this.variables = new Variables(name, api);
    StartMessages messages =
        new StartMessages(
            scope -> new SandboxPaths(() -> directories.workingDirectory(scope)), variables);
    this.exact =
        ExactSandbox.of(
            name,
            api,
            new OutputDirectory(account.dataPlane(), url, account.output().directory()),
            account.threads(),
            NotBegunException::new,
            account.waits().lost());
    this.launcher =
        new ExactLauncher(
            exact,
            messages,
            new StreamedLauncher(exact, messages, account.waits()),
            account.output().streamedOnly());
    this.processes = new SandboxProcesses(launcher, account.threads());
    this.files = new BlaxelFiles(account.dataPlane(), url, paths, processes, account.threads());
  }

  private static Set<Capability> without(Set<Capability> all, Capability... missing) {
    Set<Capability> fewer = EnumSet.copyOf(all);
    List.of(missing).forEach(fewer::remove);
    return Set.copyOf(fewer);
  }

  /** Rejects variables of a new sandbox that would not reach its commands. */
  BlaxelSandbox requireSettable(Set<String> names, CallScope scope) {
    variables.requireSettable(names, scope);
    return this;
  }

  /** Its name. */
  @Override
  public String id() {
    return name;
  }

  @Override
  public BlaxelProcesses processes() {
    return processes;
  }

  private LaunchedProcesses launched() {
    return processes;
  }

  @Override
  public Filesystem files() {
    return files;
  }

  /**
   * Runs code in persistent kernels. The sandbox must have the image {@link
   * #CODE_INTERPRETER_IMAGE}, or one based on it, and be created with {@link
   * BlaxelSandboxSpec#port(int)} 8888.
   *
   * <p>Losing the connection does not stop code here, nor does a timeout or an interrupt: only
   * {@link CodeInterpreter#restart(String)} of its context does, which discards the context's
   * state. There are no keep-alives either: while code is silent the client's idle limit does not
   * apply, and Blaxel's gateway may close a connection that was idle for 60 seconds.
   */
  public CodeInterpreter codeInterpreter() {
    return new ServiceInterpreter(
        new KernelService(name, account.dataPlane(), url), account.threads());
  }

  /**
   * The address of a port that was declared at the sandbox's creation. It has a path, to which you
   * append yours. Blaxel's gateway requires the account's token there, which is <em>not</em> in
   * these headers: see {@link #previewEndpoint} and {@link #endpointWithAccountToken}.
   */
  @Override
  public Endpoint endpoint(int port) {
    return new Endpoint(address(port), Map.of());
  }

  /**
   * Like {@link #endpoint(int)}, with headers that contain the account's token. Anyone who has them
   * has full access to every sandbox of the account: use them in your own requests only and do not
   * pass them on. Call this again to get a new token when it has expired.
   */
  public Endpoint endpointWithAccountToken(int port) {
    return new Endpoint(address(port), account.credentials());
  }

  /**
   * A private preview of a port, which need not have been declared, with headers that contain a
   * token of its own: it gives access to this port only, for {@code lifetime}. Creates the preview
   * if there is none; it is deleted with the sandbox. Each call creates another token. Blocks for
   * requests to the control plane.
   *
   * @throws IllegalArgumentException if {@code lifetime} is not positive
   */
  public Endpoint previewEndpoint(int port, Duration lifetime) {
    int checkedPort = Routes.port(port);
    Duration checked = Durations.positive("the life of a token", lifetime, "a day, for instance");
    return new Previews(account.api(), name, account.threads().time())
        .endpoint(checkedPort, checked);
  }

  private URI address(int port) {
    return Routes.under(url, "port", Integer.toString(Routes.port(port))).uri();
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
    return account.api().info(name);
  }

  @Override
  public Set<Capability> capabilities() {
    return capabilities(account.output());
  }

  static Set<Capability> capabilities(OutputOptions output) {
    return output.streamedOnly() ? STREAMED : CAPABILITIES;
  }

  /** True if this client's call created it; false if it existed. */
  public boolean wasCreated() {
    return created;
  }

  /**
   * Changes labels and names, and keeps the rest. Reads and replaces the whole record, so
   * concurrent changes by others may be lost.
   *
   * @throws dev.sandpiper.InvalidRequestException if the sandbox has secret variables or proxy
   *     secrets, which this would overwrite
   */
  public void updateMetadata(BlaxelMetadata change) {
    update.metadata(requireNonNull(change, "change"));
  }

  /** {@inheritDoc} Like {@link #updateMetadata}, this replaces the whole record. */
  @Override
  public void expireIn(Duration timeToLive) {
    Duration checked = Durations.positive("the time to live", timeToLive, "kill() ends it at once");
    update.expireIn(checked);
  }

  /**
   * Removes its time to live, so that it exists until it is killed or expires by a rule of its own.
   */
  public void removeTimeToLive() {
    update.removeTimeToLive();
  }

  /**
   * {@inheritDoc} Also true while an earlier call is still deleting it: Blaxel's response is the
   * same.
   */
  @Override
  public boolean kill() {
    return CreatedSandboxes.kill(this, () -> account.kill(name));
  }

  @Override
  public String detach() {
    if (closed.compareAndSet(false, true)) {
      exact.cleanUp();
    }
    account.created().remove(name);
    return name;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (!created) {
      Uninterrupted.run(exact::cleanUp);
      return;
    }
    CreatedSandboxes.close(this, account.threads().time(), change -> account.kill(name, change));
  }

  @Override
  public String toString() {
    return "BlaxelSandbox[" + name + "]";
  }
}
