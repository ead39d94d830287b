package dev.sandpiper.files;

import dev.sandpiper.FileEvent;
import org.jspecify.annotations.Nullable;

/** One connection on which a platform tells changes. For one thread. */
public interface WatchConnection extends AutoCloseable {

  /**
   * Blocks for the next event. Null when there will be none any more, because what was watched is
   * gone; everything else that ends the connection is thrown.
   */
  @Nullable FileEvent next();

  /** Frees what the connection holds. Idempotent. */
  @Override
  void close();
}
