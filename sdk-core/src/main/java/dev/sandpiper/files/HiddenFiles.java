package dev.sandpiper.files;

import dev.sandpiper.Failure;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;

/** Deletes files of ours, under names that nobody else knows. */
record HiddenFiles(FilePlatform platform, Threads threads) {
  /** A server may begin to write after the connection of an upload is gone. */
  private static final Duration LATE = Duration.ofMillis(300);

  /**
   * Deletes one, which may not be there; also on a thread that was interrupted. Blocks for a few
   * seconds at the most.
   *
   * @param isSettled whether what writes it has ended; what was given up may still begin
   */
  void delete(String hidden, boolean isSettled) {
    Uninterrupted.run(
        () -> {
          platform.delete(hidden);
          if (!isSettled) {
            threads.scope().sleep(LATE, Failure.of("delete", hidden, ""));
            platform.delete(hidden);
          }
        });
  }
}
