package dev.sandpiper.files;

import dev.sandpiper.Failure;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.List;

/** Deletes the library's hidden files, which have unguessable names. */
public record HiddenFiles(FilePlatform platform, BackgroundThreads threads) {
  /** A server may begin to write after the connection of an upload was closed. */
  private static final Duration LATE = Duration.ofMillis(300);

  /**
   * Deletes files, which may not exist; also on an interrupted thread. Each takes a few seconds at
   * most.
   *
   * @param isSettled whether the uploads that write them have ended; a cancelled one may still
   *     begin to write
   */
  public void delete(List<String> hidden, boolean isSettled) {
    Uninterrupted.run(
        () -> {
          hidden.forEach(platform::delete);
          if (!isSettled) {
            threads.scope().sleep(LATE, Failure.of("delete", hidden.get(0), ""));
            hidden.forEach(platform::delete);
          }
        });
  }
}
