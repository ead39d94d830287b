package dev.sandpiper.e2b.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lists directories. A single name that is not UTF-8 makes the daemon fail a whole listing, at any
 * depth; then each directory is listed separately, and a command lists the names in those that
 * still fail.
 */
record Listing(FilesystemRpc rpc, Processes processes) {
  private static final int MOST_NAMES = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  List<FileInfo> list(String directory, int depth) {
    try {
      return rpc.list(directory, depth);
    } catch (PlatformException e) {
      if (!isAboutNames(e)) {
        throw e;
      }
      throw incomplete(directory, depth, e);
    }
  }

  private static boolean isAboutNames(PlatformException failure) {
    return failure.failure().observed().contains("invalid UTF-8");
  }

  private IncompleteListingException incomplete(
      String directory, int depth, PlatformException cause) {
    List<FileInfo> entries = new ArrayList<>();
    List<String> atFault = new ArrayList<>();
    collect(directory, depth, entries, atFault);
    String observed =
        atFault.size()
            + " directories have names that are not UTF-8 ("
            + String.join(", ", atFault)
            + "), which E2B cannot list; use entries() for the "
            + entries.size()
            + " others, and a command such as ls or mv to list or rename these";
    Failure failure = cause.failure().withObserved(observed).withRetryable(false);
    return new IncompleteListingException(failure, entries, atFault, cause);
  }

  private void collect(String directory, int depth, List<FileInfo> entries, List<String> atFault) {
    for (FileInfo entry : entriesOf(directory, atFault)) {
      entries.add(entry);
      if (depth > 1 && entry.type() == FileType.DIRECTORY) {
        collect(entry.path(), depth - 1, entries, atFault);
      }
    }
  }

  private List<FileInfo> entriesOf(String directory, List<String> atFault) {
    try {
      return rpc.list(directory, 1);
    } catch (PlatformException e) {
      if (!isAboutNames(e)) {
        throw e;
      }
      atFault.add(directory);
      List<FileInfo> entries = new ArrayList<>();
      String prefix = directory.endsWith("/") ? directory : directory + "/";
      for (String name : names(directory)) {
        rpc.look("list", prefix + name).ifPresent(entries::add);
      }
      return entries;
    }
  }

  /** The names that are UTF-8; empty if the sandbox has no {@code find} or there are too many. */
  private List<String> names(String directory) {
    String script = "cd -- \"$1\" && exec find . -mindepth 1 -maxdepth 1 -print0";
    Command command =
        Command.of("/bin/sh", "-c", script, "sh", directory).user("root").timeout(PATIENCE);
    ExecResult result = processes.exec(command);
    if (!result.exit().isSuccess() || !result.stdout().isComplete()) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (String name : new String(result.stdout().bytes(), ISO_8859_1).split("\0", -1)) {
      if (!name.isEmpty() && names.size() < MOST_NAMES) {
        byte[] bytes = name.substring("./".length()).getBytes(ISO_8859_1);
        decoded(ByteBuffer.wrap(bytes)).ifPresent(names::add);
      }
    }
    names.sort(null);
    return names;
  }

  private static Optional<String> decoded(ByteBuffer name) {
    try {
      return Optional.of(UTF_8.newDecoder().decode(name).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty(); // not UTF-8
    }
  }
}
