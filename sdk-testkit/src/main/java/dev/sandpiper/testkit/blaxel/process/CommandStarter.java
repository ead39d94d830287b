package dev.sandpiper.testkit.blaxel.process;

import dev.sandpiper.testkit.machine.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts the commands of one sandbox, each as the leader of a process group. Thread-safe. */
public interface CommandStarter extends AutoCloseable {
  /**
   * The command to start.
   *
   * @param words the program, by its absolute path, and its arguments
   * @param output an existing file, to which standard output is appended
   * @param errors the same for standard error
   */
  record Start(
      List<String> words,
      String directory,
      Map<String, String> environment,
      Path output,
      Path errors) {
    public Start {
      words = List.copyOf(words);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * A command that is running or has ended.
   *
   * @param exit completes once it has ended, with its code, or -1 if it was killed by a signal
   */
  record Started(long pid, CompletableFuture<Integer> exit) {}

  Started start(Start start) throws IOException, Launch.RefusedException;

  /**
   * Sends SIGTERM or SIGKILL to a process group.
   *
   * @return null once it is sent, otherwise the kernel's reason
   */
  @Nullable String signal(long group, boolean kill) throws IOException;

  /**
   * Releases the disk space of a file's first bytes; they become zeros. False if that is not
   * possible, and nothing was done.
   */
  boolean release(Path file, long length) throws IOException;

  /** Kills every group that was started here. Nothing can be started afterwards. */
  @Override
  void close();
}
