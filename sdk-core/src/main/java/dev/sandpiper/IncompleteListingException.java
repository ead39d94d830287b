package dev.sandpiper;

import java.util.List;

/**
 * A directory has entries that cannot be listed, such as one whose name is not UTF-8. This
 * exception contains all the others; use a command such as {@code ls} or {@code mv} for the rest.
 */
public class IncompleteListingException extends SandboxException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // what List.copyOf returns is serializable
  private final List<FileInfo> entries;

  @SuppressWarnings("serial")
  private final List<String> directories;

  public IncompleteListingException(
      Failure failure, List<FileInfo> entries, List<String> directories, Throwable cause) {
    super(failure, cause);
    this.entries = List.copyOf(entries);
    this.directories = List.copyOf(directories);
  }

  /** The listed entries: all except those at fault, and everything below those. */
  public List<FileInfo> entries() {
    return entries;
  }

  /** The directories that contain the entries at fault. */
  public List<String> directories() {
    return directories;
  }
}
