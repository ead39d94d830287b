package dev.sandpiper;

import java.util.List;

/**
 * The result of copying a directory.
 *
 * @param entries number of files, directories and links, not counting the directory itself
 * @param bytes size of the files' content
 * @param skipped entries that were left out after {@link DirectoryOptions#skipUnsafe()}, or changed
 *     while they were packed, each with its path below the directory and the reason; the first
 *     thousand
 * @param skippedCount the total number of skipped entries
 */
public record DirectorySummary(long entries, long bytes, List<String> skipped, long skippedCount) {
  public DirectorySummary {
    skipped = List.copyOf(skipped);
  }
}
