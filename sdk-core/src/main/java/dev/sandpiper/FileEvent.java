package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What happened below a watched directory. One act may give several events: saving a file is often
 * a creation, a change of mode and some writes. Reads are not reported.
 *
 * <p>Each path is absolute, and below the directory as the watch was asked for it. {@code info} is
 * there if it was asked for and the entry still existed.
 */
public sealed interface FileEvent {

  /** Something appeared: made, moved in, or the new name of something that was renamed. */
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

  /** Something was deleted. */
  record Removed(String path) implements FileEvent {
    public Removed {
      requireNonNull(path, "path");
    }
  }

  /**
   * Something lost this name. If it stayed below the watched directory, a {@link Created} with its
   * new name comes as well; platforms do not connect the two.
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
   * Here events may be missing: look at the directory again. It comes when the watch sees again, so
   * nothing that changes after such a look is missed; except as the last event of all, where the
   * watched directory itself is gone.
   *
   * @param reason why, for people
   */
  record Gap(String reason) implements FileEvent {
    public Gap {
      requireNonNull(reason, "reason");
    }
  }
}
