package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts commands: under a supervisor if there is perl to run it, otherwise with Java's own API.
 */
public final class Launcher {
  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  private final Path directory;
  private final Path script;
  private final boolean perl;
  private final AtomicInteger count = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock. Null until terminals were tried.
  private @Nullable String trial;

  private Launcher(Path directory, Path script, boolean perl) {
    this.directory = directory;
    this.script = script;
    this.perl = perl;
  }

  /** Keeps its script and the pipes of commands in a private directory. */
  public static Launcher in(Path directory) throws IOException {
    Path script = directory.resolve("supervise.pl");
    Files.writeString(script, Perl.script(Launcher.class, "supervise.pl"));
    if (!Perl.isThere()) {
      log.warn("no perl on this machine: deaths by signals will look like exits");
    }
    return new Launcher(directory, script, Perl.isThere());
  }

  /** Whether commands run under a supervisor, and therefore in its wrapper. */
  public boolean supervises() {
    return perl;
  }

  /** Why terminals are not available here; null if they are. Tried once. */
  public @Nullable String noTerminals() {
    lock.lock();
    try {
      if (trial == null) trial = tryTerminals();
      return trial.isEmpty() ? null : trial;
    } finally {
      lock.unlock();
    }
  }

  /** The reason why terminals are not available, or an empty text. */
  private String tryTerminals() {
    if (!perl) return "this machine has no perl";
    try {
      Process process =
          new ProcessBuilder("perl", script.toString(), "trial")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String report = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return process.waitFor() == 0 ? "" : "this machine refuses a terminal: " + report;
    } catch (IOException e) {
      return "perl cannot be run: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the server is stopping";
    }
  }

  public RunningCommand launch(Launch launch) throws Launch.RefusedException, IOException {
    if (!perl) return PlainCommand.start(launch);
    Path pipes =
        Files.createDirectory(directory.resolve(Integer.toString(count.incrementAndGet())));
    try {
      return SupervisedCommand.start(script, pipes, launch);
    } finally {
      Directories.delete(pipes);
    }
  }
}
