package dev.sandpiper;

import java.util.List;

/**
 * What was copied of a directory.
 *
 * @param entries files, directories and links, the directory itself not counted
 * @param bytes of the files' content
 * @param skipped what was left out after {@link DirectoryOptions#skipUnsafe()}, or changed while it
 *     was packed, by its path below the directory and why; the first thousand
 * @param skippedCount how many were left out
 */
public record DirectorySummary(long entries, long bytes, List<String> skipped, long skippedCount) {
  public DirectorySummary {
    skipped = List.copyOf(skipped);
  }
}
