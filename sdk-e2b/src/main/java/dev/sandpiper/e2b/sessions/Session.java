package dev.sandpiper.e2b.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Endpoint;
import dev.sandpiper.Failure;
import dev.sandpiper.Filesystem;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.SandboxDirectories;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Routes;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A session of E2B's old REST API. Created by {@link SessionsClient}, which refreshes it while it
 * is open: the server deletes a session that was idle for ten minutes.
 *
 * <p>A process's output is a list of lines: each is one {@link dev.sandpiper.ProcessEvent.Output}
 * that ends in a line feed, with the server's time ({@link
 * dev.sandpiper.ProcessEvent.Output#writtenAt}). The server removes line endings, so it is unknown
 * whether the last line had one, or one other than {@code \n}; bytes that are not UTF-8 are lost.
 * The whole list is fetched each time, up to 16 MiB. A process ends as {@link
 * dev.sandpiper.ExitStatus.Unreported}, so {@link dev.sandpiper.ExecResult#orThrow()} always
 * throws: let the command print what you need to know. Closing a process, or its deadline, stops it
 * immediately by the API's own call. Which of its descendants that reaches depends on the server,
 * and output since the last poll is an {@link dev.sandpiper.ProcessEvent.OutputGap}. The client
 * enforces deadlines: nothing in the session stops a process whose client has died.
 *
 * <p>A command's input stays open after {@link dev.sandpiper.Process#stdin()} is closed, which
 * fails. Files are whole UTF-8 texts in one request each, which such servers limit to about 100 KB.
 */
public final class Session implements Sandbox {
  static final Set<Capability> CAPABILITIES =
      Set.of(Capability.STDIN, Capability.ATTACH, Capability.REPLAY);

  private final SessionCalls calls;
  private final SessionsAccount account;
  private final @Nullable String environment;
  private final SandboxDirectories directories;
  private final LaunchedProcesses processes;
  private final SessionFiles files;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param environment the environment that it was created from; null if another client created it
   * @param variables for all commands that are started through this object
   */
  Session(
      SessionCalls calls,
      SessionsAccount account,
      @Nullable String environment,
      Map<String, String> variables) {
    this.calls = calls;
    this.account = account;
    this.environment = environment;
    this.directories = new SandboxDirectories(this::launched, calls.id());
    this.processes =
        new LaunchedProcesses(
            new SessionLauncher(
                calls,
                new AwaitedStart(calls, account.threads()),
                variables,
                scope -> new SandboxPaths(() -> directories.workingDirectory(scope))),
            account.threads());
    this.files = new SessionFiles(calls, new SandboxPaths(directories::workingDirectory));
  }

  private LaunchedProcesses launched() {
    return processes;
  }

  @Override
  public String id() {
    return calls.id();
  }

  @Override
  public Processes processes() {
    return processes;
  }

  @Override
  public Filesystem files() {
    return files;
  }

  /**
   * How to reach {@code port} from outside. The session lists it while a program listens there.
   * Makes a request.
   *
   * @throws NotFoundException if the session does not list the port
   */
  @Override
  public Endpoint endpoint(int port) {
    Routes.port(port);
    for (JsonNode listed : calls.look("endpoint", calls.scope()).path("ports")) {
      if (listed.path("Port").asInt() == port) {
        return new Endpoint(address(listed.path("Ip").asText(), port), Map.of());
      }
    }
    throw new NotFoundException(
        What.LISTENER,
        Failure.of("endpoint", calls.id(), "the session lists no program on port " + port));
  }

  /**
   * A program that listens on all addresses of the session is reachable at the server's address.
   */
  private URI address(String ip, int port) {
    boolean isAny = ip.isEmpty() || ip.equals("0.0.0.0") || ip.equals("::");
    HttpUrl.Builder url = new HttpUrl.Builder().scheme("http").port(port);
    try {
      return url.host(isAny ? account.api().base().host() : ip).build().uri();
    } catch (IllegalArgumentException e) {
      throw new WireFormatException(
          Failure.of("endpoint", calls.id(), "port " + port + " is listed without an address"), e);
    }
  }

  @Override
  public String workingDirectory() {
    return directories.workingDirectory();
  }

  @Override
  public String homeDirectory() {
    return directories.home();
  }

  /** Only that it is running, which refreshes it; the API reports nothing else. */
  @Override
  public SandboxInfo info() {
    calls.look("info", calls.scope());
    SandboxInfo info = SandboxInfo.of(id(), State.RUNNING);
    return environment == null ? info : info.withTemplate(environment);
  }

  @Override
  public Set<Capability> capabilities() {
    return CAPABILITIES;
  }

  @Override
  public void expireIn(Duration timeToLive) {
    throw SessionCalls.unsupported("expireIn", id(), Capability.EXPIRY);
  }

  @Override
  public boolean kill() {
    return CreatedSandboxes.kill(this, () -> kill(UnaryOperator.identity()));
  }

  private boolean kill(UnaryOperator<HttpRequest> change) {
    boolean existed = calls.delete(change);
    letGo();
    return existed;
  }

  private void letGo() {
    account.open().remove(calls);
    account.created().remove(id());
  }

  /** From now on it is not refreshed, and closing leaves it running. */
  @Override
  public String detach() {
    closed.set(true);
    letGo();
    return id();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      account.open().remove(calls);
      if (environment != null) {
        CreatedSandboxes.close(this, account.threads().time(), this::kill);
      }
    }
  }

  @Override
  public String toString() {
    return "Session[" + id() + "]";
  }
}
