package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A change below a watched directory. One action may cause several events: saving a file is often a
 * creation, a change of mode and some writes. Reads are not reported.
 *
 * <p>Each path is absolute, and starts with the directory as it was passed to the watch. {@code
 * info} is present if it was requested and the entry still existed.
 */
public sealed interface FileEvent {

  /** An entry appeared: it was created or moved in, or this is the new name of a renamed one. */
  record Created(String path, Optional<FileInfo> info) implements FileEvent {
    public Created {
      requireNonNull(path, "path");
      requireNonNull(info, "info");
    }
  }

  /** A file's content changed. */
  record Written(String path, Optional<FileInfo> info) implements FileEvent {
    public Written {
      requireNonNull(path, "path");
      requireNonNull(info, "info");
    }
  }

  /** An entry was deleted. */
  record Removed(String path) implements FileEvent {
    public Removed {
      requireNonNull(path, "path");
    }
  }

  /**
   * An entry lost this name. If it stayed below the watched directory, a {@link Created} with its
   * new name is reported as well; platforms do not link the two.
   */
  record Renamed(String path) implements FileEvent {
    public Renamed {
      requireNonNull(path, "path");
    }
  }

  /** Mode, owner or times changed. */
  record ModeChanged(String path, Optional<FileInfo> info) implements FileEvent {
    public ModeChanged {
      requireNonNull(path, "path");
      requireNonNull(info, "info");
    }
  }

  /**
   * Events may be missing here: list the directory again. This is reported once the watch works
   * again, so no change after such a listing is missed, unless it is the last event: then the
   * watched directory itself is gone.
   *
   * @param reason why, as text for people
   */
  record Gap(String reason) implements FileEvent {
    public Gap {
      requireNonNull(reason, "reason");
    }
  }
}
