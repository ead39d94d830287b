package dev.sandpiper.files;

import dev.sandpiper.Failure;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.List;

/** Deletes files of ours, under names that nobody else knows. */
public record HiddenFiles(FilePlatform platform, BackgroundThreads threads) {
  /** A server may begin to write after the connection of an upload is gone. */
  private static final Duration LATE = Duration.ofMillis(300);

  /**
   * Deletes some, which may not be there; also on a thread that was interrupted. Each takes a few
   * seconds at the most.
   *
   * @param isSettled whether what writes them has ended; what was given up may still begin
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
