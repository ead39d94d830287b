package dev.sandpiper.files;

import dev.sandpiper.Capability;
import dev.sandpiper.CapturedOutput;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.UnsupportedCapabilityException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commands that pack and unpack a directory in its sandbox, and the meaning of their exit
 * codes.
 */
final class TarCommands {
  private static final int NO_TAR = 90;
  private static final int NO_DIRECTORY = 91;
  private static final int CHANGED = 1;
  private static final int MOST_WARNINGS = 1000;

  /**
   * GNU tar's messages when it exits with 1: the archive is complete, but a file in it may not be.
   */
  private static final Pattern CHANGE =
      Pattern.compile(
          ".*: (file changed as we read it|File removed before we read it"
              + "|File shrank by \\d+ bytes; padding with zeros)");

  /** A message of tar about one entry. */
  private static final Pattern NAMED = Pattern.compile("tar: \\./(.+): [^:/]+");

  /** Tests tar: one that cannot unpack an empty archive is not usable. */
  private static final String USABLE =
      """
      export LC_ALL=C
      usable() {
        head -c 1024 /dev/zero | tar -x -p -o -f - -C /
      }
      """;

  /**
   * Arguments: the directory, with a trailing slash, which makes sure that it is one; the archive.
   * The archive gets an old modification time, which makes its version certain, see {@link
   * FileVersion}: its name is new, so it never changes.
   */
  private static final String PACK =
      USABLE
          + """
          umask 077
          if [ -e "${1%/}" ] && ! [ -d "$1" ]; then
            echo "it is not a directory" >&2
            exit 91
          fi
          stat -c %f -- "$1" >/dev/null || exit 91
          tar -c -f "$2" -C "$1" .
          status=$?
          [ "$status" = 0 ] || usable >/dev/null 2>&1 || exit 90
          [ "$status" -gt 1 ] || touch -t 200001010000 "$2"
          exit "$status"
          """;

  /**
   * Arguments: the archive, which is deleted; the directory. Prints something if it could not be
   * deleted.
   */
  private static final String UNPACK =
      USABLE
          + """
          tar -x -p -o -f "$1" -C "$2"
          status=$?
          rm -f -- "$1" || echo left
          [ "$status" = 0 ] || usable >/dev/null 2>&1 || exit 90
          exit "$status"
          """;

  private TarCommands() {}

  static Command pack(String directory, String archive) {
    return script(PACK, directory.endsWith("/") ? directory : directory + "/", archive);
  }

  static Command unpack(String archive, String directory) {
    return script(UNPACK, archive, directory);
  }

  private static Command script(String script, String... arguments) {
    String[] all =
        Stream.concat(Stream.of("-c", script, "sh"), Stream.of(arguments)).toArray(String[]::new);
    return Command.of("/bin/sh", all);
  }

  /**
   * Throws if a command failed.
   *
   * @param about the operation, and what is left behind if it failed
   */
  static void requireSuccess(Failure about, ExecResult result) {
    if (result.exit().isSuccess()) {
      return;
    }
    String said = result.stderr().text().strip();
    if (result.exit().code().orElse(0) == NO_TAR) {
      throw new UnsupportedCapabilityException(
          about.withObserved(
              "the sandbox has no usable tar ("
                  + said
                  + "); install GNU tar or BusyBox in its image, or copy the files individually"),
          Capability.DIRECTORIES);
    }
    String prefix = about.observed().isEmpty() ? "" : about.observed() + "; ";
    throw new PlatformException(
        about.withObserved(prefix + "tar ended with " + result.exit() + ": " + said));
  }

  /**
   * The entries that the pack command skipped, such as sockets, or packed while they changed.
   *
   * @param archive skipped by tar too, if it is in the directory
   * @throws UnsafeEntryException if there are any and the options do not allow skipping them
   */
  static List<String> warnings(
      Failure about, ExecResult result, String archive, DirectoryOptions options)
      throws UnsafeEntryException {
    List<String> all = lines(result, archive);
    int code = result.exit().code().orElse(-1);
    if (code == NO_DIRECTORY) {
      throw FileReasons.failure(about, String.join(" ", all));
    }
    boolean changed =
        code == CHANGED && !all.isEmpty() && all.stream().allMatch(CHANGE.asMatchPredicate());
    if (!changed) {
      requireSuccess(about, result);
    }
    if (!result.stderr().isComplete() && !options.skipsUnsafe()) {
      throw incomplete(about, result.stderr());
    }
    List<String> lines = wanted(all, options);
    if (lines.isEmpty() || options.skipsUnsafe()) {
      return lines;
    }
    String said = String.join("; ", lines);
    if (changed) {
      throw new PlatformException(
          about
              .withObserved(
                  "the directory changed while it was packed ("
                      + said
                      + "); copy it while nothing writes to it, or use"
                      + " DirectoryOptions.skipUnsafe()")
              .withRetryable(true));
    }
    throw new UnsafeEntryException(said);
  }

  /** The failure if a part of tar's messages is missing, and with it perhaps a skipped entry. */
  private static SandboxException incomplete(Failure about, CapturedOutput messages) {
    long kept = messages.parts().stream().mapToLong(part -> part.length).sum();
    boolean isTooLong = messages.totalBytes() > kept;
    if (isTooLong) {
      return new PlatformException(
          about.withObserved(
              "tar wrote "
                  + messages.totalBytes()
                  + " bytes about skipped entries, too many to report; use"
                  + " DirectoryOptions.skipUnsafe()"));
    }
    return new ConnectionLostException(
        about
            .withObserved(
                "tar's messages about skipped entries were lost in transit, so the copy may lack"
                    + " entries")
            .withRetryable(true),
        null,
        null);
  }

  /** Removes the messages about excluded entries. */
  private static List<String> wanted(List<String> lines, DirectoryOptions options) {
    Excludes excludes = Excludes.of(options.excludes());
    return lines.stream()
        .filter(
            line -> {
              Matcher named = NAMED.matcher(line);
              return !named.matches() || !excludes.excludes(named.group(1), false);
            })
        .toList();
  }

  private static List<String> lines(ExecResult packed, String archive) {
    String itself = archive.substring(archive.lastIndexOf('/') + 1);
    return packed
        .stderr()
        .text()
        .lines()
        .filter(line -> !line.isBlank() && !line.contains(itself))
        .limit(MOST_WARNINGS)
        .toList();
  }
}
