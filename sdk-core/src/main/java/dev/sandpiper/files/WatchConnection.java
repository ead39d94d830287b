package dev.sandpiper.files;

import dev.sandpiper.FileEvent;
import org.jspecify.annotations.Nullable;

/** One connection on which a platform reports changes. Not thread-safe. */
public interface WatchConnection extends AutoCloseable {

  /**
   * Blocks for the next event. Null if the watched directory was removed; any other end of the
   * connection is thrown.
   */
  @Nullable FileEvent next();

  /** Releases the connection. Idempotent. */
  @Override
  void close();
}
