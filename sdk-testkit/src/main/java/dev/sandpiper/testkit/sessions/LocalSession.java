package dev.sandpiper.testkit.sessions;

import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.Launcher;
import dev.sandpiper.testkit.machine.ProcessFamily;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One session: its processes, and the directory that is their home. Thread-safe. */
final class LocalSession implements AutoCloseable {
  /** Every process of the session inherits it. */
  private static final String MARK = "E2B_SESSION_ID";

  private static final String PATH =
      System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");

  private final String id;
  private final Home home;
  private final Launcher launcher;
  private final ServerThreads threads;
  private final Clock clock;
  private final Map<String, LocalProcess> processes = new ConcurrentHashMap<>();
  private volatile Instant lastUsed;
  private volatile boolean closed;

  LocalSession(String id, Path directory, Launcher launcher, ServerThreads threads, Clock clock) {
    this.id = id;
    this.home = new Home(directory, false);
    this.launcher = launcher;
    this.threads = threads;
    this.clock = clock;
    this.lastUsed = clock.instant();
  }

  String id() {
    return id;
  }

  Home home() {
    return home;
  }

  Instant lastUsed() {
    return lastUsed;
  }

  void use() {
    lastUsed = clock.instant();
  }

  boolean isClosed() {
    return closed;
  }

  Map<String, LocalProcess> processes() {
    return processes;
  }

  /** Variables of the request are ignored, as a user of the related server observed. */
  LocalProcess start(String command, String directory) throws IOException, Launch.RefusedException {
    Map<String, String> environment =
        Map.of("PATH", PATH, "HOME", home.directory().toString(), MARK, id);
    List<String> words = List.of("/bin/sh", "-c", command);
    Launch launch =
        new Launch(List.of(), words, home.expand(directory, ""), environment, true, null);
    String name = Secrets.sandboxId();
    LocalProcess process = new LocalProcess(name, launcher.launch(launch), clock, threads);
    processes.put(name, process);
    if (closed) process.stop();
    return process;
  }

  @Override
  public void close() {
    closed = true;
    processes.values().forEach(LocalProcess::stop);
    new ProcessFamily(MARK, id, List::of).kill();
    Directories.delete(home.directory());
  }
}
