package dev.sandpiper.testkit.sessions;

import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.http.LoopbackServer;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Launcher;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * E2B's old REST API on this machine, for clients with the key that it issues. A session that was
 * not requested for ten minutes is deleted.
 */
public final class SessionsServer implements AutoCloseable {
  private static final String KEY_HEADER = "X-API-Key";
  private static final Duration LONGEST_IDLE = Duration.ofMinutes(10);
  private static final Duration SWEEP = Duration.ofSeconds(1);

  private final String apiKey = Secrets.accessToken();
  private final ServerThreads threads = new ServerThreads();
  private final Path root;
  private final Clock clock;
  private final Launcher launcher;
  private final LoopbackServer server = new LoopbackServer("http", Listening.inTheClear());
  private final LoopbackServer.Port port;
  private final Map<String, LocalSession> alive = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private SessionsServer(Clock clock) throws IOException {
    this.clock = clock;
    root = Files.createTempDirectory("sandpiper-").toRealPath();
    launcher = Launcher.in(Files.createDirectory(root.resolve("pipes")));
    port = server.serve(0, new SessionsEndpoint(KEY_HEADER, apiKey, this), false);
  }

  /**
   * Starts on a free port of loopback.
   *
   * @param clock the clock for idle sessions and for the times of lines
   */
  public static SessionsServer start(Clock clock) throws IOException {
    SessionsServer sessions = new SessionsServer(clock);
    try {
      sessions.server.start();
      sessions.threads.every(SWEEP, sessions::sweep);
      return sessions;
    } catch (IOException e) {
      sessions.close();
      throw e;
    }
  }

  public String url() {
    return port.url();
  }

  /** The headers that every request must have. */
  public Map<String, String> headers() {
    return Map.of(KEY_HEADER, apiKey);
  }

  LocalSession create() throws IOException {
    String id = Secrets.sandboxId();
    Path directory = Files.createDirectory(root.resolve(id));
    LocalSession session = new LocalSession(id, directory, launcher, threads, clock);
    alive.put(id, session);
    return session;
  }

  /** The session with this id, reset as not idle; null if it does not exist. */
  @Nullable LocalSession use(String id) {
    LocalSession session = alive.get(id);
    if (session == null) return null;
    if (isIdle(session)) {
      delete(id);
      return null;
    }
    session.use();
    return session;
  }

  private boolean isIdle(LocalSession session) {
    return Duration.between(session.lastUsed(), clock.instant()).compareTo(LONGEST_IDLE) >= 0;
  }

  /** False if it does not exist. */
  boolean delete(String id) {
    LocalSession session = alive.remove(id);
    if (session != null) session.close();
    return session != null;
  }

  private void sweep() {
    alive.values().stream().filter(this::isIdle).map(LocalSession::id).forEach(this::delete);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    alive.keySet().forEach(this::delete);
    try {
      server.stop();
    } finally {
      threads.close();
      Directories.delete(root);
    }
  }
}
