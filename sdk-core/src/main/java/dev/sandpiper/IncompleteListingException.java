package dev.sandpiper;

import java.util.List;

/**
 * A directory has entries that cannot be listed, such as one whose name is not UTF-8. What can be
 * listed is here; the rest needs a command, such as {@code ls} or {@code mv}.
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

  /** What could be listed: all but the entries at fault, and what is below those. */
  public List<FileInfo> entries() {
    return entries;
  }

  /** The directories that hold the entries at fault. */
  public List<String> directories() {
    return directories;
  }
}
