package dev.sandpiper.testkit.e2b;

import dev.sandpiper.e2b.proto.FilesystemProto.EventType;

/**
 * Something happened below a watched directory.
 *
 * @param name relative to the directory; {@code .} for the directory itself
 */
record FileChange(EventType type, String name) {
  /** Who is told. Both are called by one thread, in order, and must not block. */
  interface Listener {
    void changed(FileChange change);

    /** There will be no more. The reason is Go's text for it. */
    void lost(String reason);
  }
}
