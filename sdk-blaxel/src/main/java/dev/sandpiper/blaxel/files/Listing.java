package dev.sandpiper.blaxel.files;

import dev.sandpiper.ExecResult;
import dev.sandpiper.FileInfo;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.files.FileCommands.Job;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Lists and describes entries of a sandbox's filesystem, by {@code stat} and {@code find} in the
 * sandbox.
 */
record Listing(FileCommands commands) {
  private static final Duration LOOK = Duration.ofSeconds(30);
  private static final Duration LIST = Duration.ofMinutes(10);

  /** The entry at a path; a link is not followed. */
  FileInfo stat(String operation, String path) {
    Job job = new Job(operation, path, FileScripts.STAT, LOOK);
    Descriptions found = described(job, commands.exec(job, path, FileScripts.DESCRIBE));
    if (!found.unreadable().isEmpty()) {
      throw new PlatformException(job.failure("it is a link to a name that is not UTF-8"));
    }
    if (found.entries().isEmpty()) {
      throw new NotFoundException(What.FILE, job.failure("it has been removed meanwhile"));
    }
    return found.entries().get(0);
  }

  /** Like {@link #stat}; empty if there is no entry. */
  Optional<FileInfo> look(String operation, String path) {
    try {
      return Optional.of(stat(operation, path));
    } catch (NotFoundException e) {
      if (e.what() == What.FILE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  List<FileInfo> list(String directory, int depth) {
    Job job = new Job("list", directory, FileScripts.LIST, LIST);
    String start = directory.endsWith("/") ? directory : directory + "/";
    ExecResult result = commands.exec(job, start, Integer.toString(depth), FileScripts.DESCRIBE);
    Descriptions found = described(job, result);
    // With the slash sorted first, the entries of a directory follow it.
    List<FileInfo> entries =
        found.entries().stream()
            .sorted(Comparator.comparing(entry -> entry.path().replace('/', '\0')))
            .toList();
    List<String> complaints = found.isWhole() ? List.of() : complaints(result);
    if (found.unreadable().isEmpty() && complaints.isEmpty()) {
      return entries;
    }
    String names = String.join(", ", found.unreadable().stream().limit(10).toList());
    throw new IncompleteListingException(
        job.failure(
            found.unreadable().size()
                + " entries have or lead to names that are not UTF-8 ("
                + names
                + "), and cannot be listed; use entries() for the "
                + entries.size()
                + " others. "
                + String.join("; ", complaints)),
        entries,
        found.unreadable().isEmpty()
            ? List.of(directory)
            : found.unreadable().stream()
                .map(name -> name.substring(0, Math.max(1, name.lastIndexOf('/'))))
                .distinct()
                .toList(),
        new PlatformException(job.failure("find exited with an error")));
  }

  /** The errors of {@code find}, without those about entries that were removed meanwhile. */
  private static List<String> complaints(ExecResult result) {
    return result
        .stderr()
        .text()
        .lines()
        .filter(line -> !line.isBlank() && !line.endsWith("No such file or directory"))
        .limit(10)
        .toList();
  }

  private static Descriptions described(Job job, ExecResult result) {
    FileCommands.requireSuccess(job, result);
    if (!result.stdout().isComplete()) {
      throw new PlatformException(
          job.failure(
              "the listing exceeds the memory limit or the sandbox's disk; list"
                  + " fewer levels"));
    }
    try {
      return Descriptions.parse(result.stdout().bytes());
    } catch (MalformedStreamException e) {
      throw new WireFormatException(job.failure("malformed response: " + e.getMessage()), e);
    }
  }
}
