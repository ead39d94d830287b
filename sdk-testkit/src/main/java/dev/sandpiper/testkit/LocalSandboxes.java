package dev.sandpiper.testkit;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.e2b.sessions.SessionsClientBuilder;
import dev.sandpiper.testkit.blaxel.BlaxelOptions;
import dev.sandpiper.testkit.blaxel.BlaxelServer;
import dev.sandpiper.testkit.e2b.E2bServer;
import dev.sandpiper.testkit.e2b.sandbox.ServerOptions;
import dev.sandpiper.testkit.sessions.SessionsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes on this machine with the real wire formats of E2B, of E2B's old sessions API and of
 * Blaxel: for tests and first steps without an account.
 *
 * <p>The servers run in this JVM and listen on loopback only. Each sandbox has a directory of its
 * own, which is its home, and its commands are real processes of this machine's user: <b>there is
 * no isolation</b>, so run nothing here that you would not run in your own shell. Requests need the
 * key and the tokens that the servers issue; requests that a web page could send are rejected.
 *
 * <p>Works on Linux and macOS. The exit status of a command is exact if {@code perl} is installed;
 * without it a death by a signal is reported as an exit with 128 plus the signal's number, as by a
 * shell. Thread-safe.
 */
public final class LocalSandboxes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalSandboxes.class);

  private final E2bServer e2b;
  private final BlaxelOptions blaxelOptions;
  private final Clock sessionsClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread atShutdown = new Thread(this::closeServers, "sandpiper-local-at-shutdown");

  // Guarded by the lock. Servers are null until they are needed.
  private @Nullable BlaxelServer blaxel;
  private @Nullable SessionsServer sessions;
  private boolean closed;

  private LocalSandboxes(E2bServer e2b, BlaxelOptions blaxelOptions, Clock sessionsClock) {
    this.e2b = e2b;
    this.blaxelOptions = blaxelOptions;
    this.sessionsClock = sessionsClock;
  }

  /** Starts the servers with E2B's two standard templates. The caller closes them. */
  public static LocalSandboxes start() {
    return builder().start();
  }

  /**
   * Starts the servers. The caller closes them.
   *
   * @param templates the names that a sandbox can be created from; all of them mean this machine
   * @throws UnsupportedOperationException on Windows
   */
  public static LocalSandboxes start(Set<String> templates) {
    return builder().e2bTemplates(templates).start();
  }

  /** A builder, for servers on other ports, or that accept more than clients with a key. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The environment variables for an E2B client of the server: {@code E2B_API_KEY}, {@code
   * E2B_API_URL} and {@code E2B_SANDBOX_URL}. The key is valid for this server only.
   */
  public Map<String, String> e2bEnvironment() {
    return e2b.environment();
  }

  /**
   * A client of the embedded E2B. The caller closes it.
   *
   * @throws IllegalStateException if these sandboxes are closed
   */
  public E2bClient e2bClient() {
    lock.lock();
    try {
      requireOpen();
    } finally {
      lock.unlock();
    }
    return E2bClient.builder().environment(e2bEnvironment()).build();
  }

  /**
   * The environment variables for a Blaxel client of the server: {@code BL_API_KEY}, {@code
   * BL_WORKSPACE} and {@code BL_API_URL}. The key is valid for this server only. The first call
   * starts the server.
   *
   * @throws IllegalStateException if these sandboxes are closed
   * @throws UncheckedIOException if a port is taken
   */
  public Map<String, String> blaxelEnvironment() {
    lock.lock();
    try {
      requireOpen();
      if (blaxel == null) blaxel = BlaxelServer.start(blaxelOptions);
      return blaxel.environment();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the local Blaxel: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private void startBlaxel() {
    try {
      Map<String, String> unused = blaxelEnvironment();
    } catch (UncheckedIOException e) {
      close();
      throw e;
    }
  }

  /** A client of the embedded Blaxel. The caller closes it. */
  public BlaxelClient blaxelClient() {
    BlaxelClientBuilder builder = BlaxelClient.builder().environment(blaxelEnvironment());
    lock.lock();
    try {
      // File calls can access this machine's /tmp, and nothing else outside of a sandbox.
      if (blaxel != null && blaxel.outputDirectory().startsWith("/tmp")) {
        builder.outputDirectory(blaxel.outputDirectory().toString());
      }
    } finally {
      lock.unlock();
    }
    return builder.build();
  }

  private void requireOpen() {
    if (closed) throw new IllegalStateException("these local sandboxes are closed");
  }

  /**
   * The URL of an embedded server of E2B's old REST API. The first call starts the server. Its
   * requests need {@link #sessionsHeaders}.
   *
   * @throws IllegalStateException if these sandboxes are closed
   */
  public String sessionsUrl() {
    return sessions().url();
  }

  /** The headers for every request to {@link #sessionsUrl}: a key that is valid there only. */
  public Map<String, String> sessionsHeaders() {
    return sessions().headers();
  }

  /** A client of the embedded server of E2B's old REST API. The caller closes it. */
  public SessionsClient sessionsClient() {
    SessionsClientBuilder builder = SessionsClient.builder().baseUrl(sessionsUrl());
    sessionsHeaders().forEach(builder::header);
    return builder.build();
  }

  private SessionsServer sessions() {
    lock.lock();
    try {
      requireOpen();
      if (sessions == null) sessions = SessionsServer.start(sessionsClock);
      return sessions;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the local sessions: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Kills every process of every sandbox, deletes their directories and stops the servers. Blocks
   * until that is done. Idempotent. A shutdown hook does this when the JVM ends, unless it was
   * started {@link Builder#withoutShutdownHook}.
   */
  @Override
  public void close() {
    closeServers();
    try {
      Runtime.getRuntime().removeShutdownHook(atShutdown);
    } catch (IllegalStateException e) {
      log.debug("closed during JVM shutdown", e);
    }
  }

  private void closeServers() {
    lock.lock();
    try {
      closed = true;
      if (blaxel != null) blaxel.close();
      if (sessions != null) sessions.close();
    } finally {
      lock.unlock();
      e2b.close();
    }
  }

  /** The URL of the embedded E2B, without a key. */
  @Override
  public String toString() {
    return "LocalSandboxes[E2B at " + e2bEnvironment().get("E2B_API_URL") + "]";
  }

  /**
   * Options of the servers. Default: E2B's standard templates, free ports, and the access rules of
   * {@link LocalSandboxes}. Not thread-safe.
   */
  public static final class Builder {
    private static final int DEBUG_CONTROL_PORT = 3000;
    private static final int HIGHEST_PORT = 65_535;

    private Set<String> templates = Set.of("base", "code-interpreter-v1");
    private @Nullable Integer controlPort;
    private int sandboxPort;
    private boolean debugClients;
    private boolean wideCors;
    private boolean wholeHost;
    private boolean wholeHostForDebugClients;
    private Set<String> blaxelImages = Set.of();
    private int blaxelControlPort;
    private int blaxelSandboxPort;
    private @Nullable Integer blaxelDebugPort;
    private boolean blaxelWholeHostForDebugClients;
    private Set<BlaxelFault> blaxelFaults = Set.of();
    private Set<String> unenforced = Set.of();
    private Clock sessionsClock = Clock.systemUTC();
    private boolean shutdownHook = true;

    private Builder() {}

    /**
     * The names that a sandbox can be created from; all of them mean this machine.
     *
     * @throws IllegalArgumentException if there are no arguments
     */
    public Builder e2bTemplates(Set<String> names) {
      if (names.isEmpty()) throw new IllegalArgumentException("name at least one template");
      templates = Set.copyOf(names);
      return this;
    }

    /** The images that a sandbox of Blaxel can be created from. Default: all. */
    public Builder blaxelImages(Set<String> images) {
      blaxelImages = Set.copyOf(images);
      return this;
    }

    /** The port of Blaxel's control plane. Default: zero, for any free one. */
    public Builder blaxelControlPort(int port) {
      blaxelControlPort = checked(port);
      return this;
    }

    /** The port of all sandboxes of Blaxel. Default: zero, for any free one. */
    public Builder blaxelSandboxPort(int port) {
      blaxelSandboxPort = checked(port);
      return this;
    }

    /** Adds these faults to the embedded Blaxel, as the real one has them at times. */
    public Builder blaxelFaults(BlaxelFault... faults) {
      blaxelFaults = Set.copyOf(List.of(faults));
      return this;
    }

    /**
     * Accepts these fields of requests for a sandbox although they have no effect, and logs a
     * warning each time. Without this, such a request is rejected with status 400, and the message
     * names the field. That includes unknown fields.
     *
     * @param fields their names in the platform's API, with the path to them: {@code autoPause} or
     *     {@code network} on E2B, {@code spec.runtime.memory} on Blaxel
     */
    public Builder acceptUnenforced(String... fields) {
      unenforced = Set.of(fields);
      return this;
    }

    /**
     * The clock of the sessions server: a session is deleted when it was not requested for ten
     * minutes, and each line of output has the time at which it was read. Default: the system
     * clock.
     */
    public Builder sessionsClock(Clock clock) {
      sessionsClock = requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Leaves closing to the caller when the JVM ends too, for an application that shuts down its
     * parts in an order of its own. If it is not closed, processes of sandboxes outlive the JVM.
     */
    public Builder withoutShutdownHook() {
      shutdownHook = false;
      return this;
    }

    /** The port of E2B's control plane; zero for any free one. */
    public Builder e2bControlPort(int port) {
      controlPort = checked(port);
      return this;
    }

    /** The port of all sandboxes of E2B. Default: zero, for any free one. */
    public Builder e2bSandboxPort(int port) {
      sandboxPort = checked(port);
      return this;
    }

    /**
     * Accepts clients that run with {@code E2B_DEBUG=true} and have no token: one sandbox, {@code
     * debug_sandbox_id}, whose daemon listens on port 49983. The control plane listens on 3000,
     * unless another port was set. <b>Every program on this machine can then run commands as
     * you.</b> Web pages from elsewhere still cannot, even with {@link #wideCors}.
     */
    public Builder e2bDebugClients() {
      debugClients = true;
      return this;
    }

    /**
     * Lets web pages from everywhere send requests, as E2B does. They still need the key and the
     * tokens. Their requests to a sandbox without a token, and requests whose host is not loopback,
     * are still rejected.
     */
    public Builder wideCors() {
      wideCors = true;
      return this;
    }

    /**
     * Lets file calls access files outside their sandbox's directory: they can read and change
     * every file that you can.
     */
    public Builder wholeHost() {
      wholeHost = true;
      return this;
    }

    /**
     * Confirms that {@link #e2bDebugClients} and {@link #wholeHost} are combined on purpose: every
     * program on this machine can then read and change every file that you can.
     */
    public Builder e2bWholeHostForDebugClients() {
      wholeHostForDebugClients = true;
      return this;
    }

    /**
     * Accepts clients of Blaxel that use no gateway and have no token: the server of one sandbox,
     * {@code debug-sandbox}, listens on a port of its own, as it does on port 8080 inside a real
     * sandbox. The embedded Blaxel then starts with the others. <b>Every program on this machine
     * can then run commands as you.</b> Web pages from elsewhere still cannot, even with {@link
     * #wideCors}.
     *
     * @param port from 1 to 65535
     */
    public Builder blaxelDebugClients(int port) {
      if (port == 0) throw new IllegalArgumentException("name the port that clients will look at");
      blaxelDebugPort = checked(port);
      return this;
    }

    /**
     * Confirms that {@link #blaxelDebugClients} and {@link #wholeHost} are combined on purpose:
     * every program on this machine can then read and change every file that you can.
     */
    public Builder blaxelWholeHostForDebugClients() {
      blaxelWholeHostForDebugClients = true;
      return this;
    }

    /**
     * Starts the servers. The caller closes them.
     *
     * @throws IllegalStateException if the options are combined without the required confirmation
     * @throws UnsupportedOperationException on Windows
     * @throws UncheckedIOException if a port is taken
     */
    public LocalSandboxes start() {
      requireMeant();
      if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
        throw new UnsupportedOperationException(
            "local sandboxes need Linux or macOS: on Windows, run them inside WSL");
      }
      warn();
      try {
        LocalSandboxes sandboxes =
            new LocalSandboxes(E2bServer.start(options()), blaxelOptions(), sessionsClock);
        if (blaxelDebugPort != null) sandboxes.startBlaxel();
        if (shutdownHook) Runtime.getRuntime().addShutdownHook(sandboxes.atShutdown);
        return sandboxes;
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start the local sandboxes: " + e.getMessage(), e);
      }
    }

    private BlaxelOptions blaxelOptions() {
      return new BlaxelOptions(
          blaxelImages,
          blaxelControlPort,
          blaxelSandboxPort,
          wideCors,
          wholeHost,
          blaxelFaults,
          unenforced,
          blaxelDebugPort);
    }

    private static int checked(int port) {
      if (port >= 0 && port <= HIGHEST_PORT) return port;
      throw new IllegalArgumentException("a port is a number from 0 to 65535, not " + port);
    }

    private void requireMeant() {
      if (debugClients && wholeHost && !wholeHostForDebugClients) {
        throw unmeant("e2bDebugClients()", "e2bWholeHostForDebugClients()");
      }
      if (blaxelDebugPort != null && wholeHost && !blaxelWholeHostForDebugClients) {
        throw unmeant("blaxelDebugClients(port)", "blaxelWholeHostForDebugClients()");
      }
    }

    private static IllegalStateException unmeant(String choice, String confirmation) {
      return new IllegalStateException(
          choice
              + " and wholeHost() together open every file of this machine's user to every program"
              + " on it, without a token: call "
              + confirmation
              + " too if that is meant");
    }

    private void warn() {
      if (debugClients || blaxelDebugPort != null) {
        log.warn("debug clients need no token: every program on this machine can run commands");
      }
      if (wideCors) log.warn("wide CORS: web pages from everywhere may send requests with a token");
      if (wholeHost) log.warn("whole host: file calls may leave their sandbox's directory");
    }

    private ServerOptions options() {
      int control = debugClients ? DEBUG_CONTROL_PORT : 0;
      return new ServerOptions(
          templates,
          controlPort == null ? control : controlPort,
          sandboxPort,
          debugClients,
          wideCors,
          wholeHost,
          unenforced);
    }
  }
}
