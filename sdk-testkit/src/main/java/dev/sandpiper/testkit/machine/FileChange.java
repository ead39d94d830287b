package dev.sandpiper.testkit.machine;

import dev.sandpiper.e2b.proto.FilesystemProto.EventType;

/**
 * A change below a watched directory.
 *
 * @param name relative to the directory; {@code .} for the directory itself
 */
public record FileChange(EventType type, String name) {
  /** The listener. Both methods are called by one thread, in order, and must not block. */
  public interface Listener {
    void changed(FileChange change);

    /** There will be no more changes. The reason is Go's text for it. */
    void lost(String reason);
  }
}
