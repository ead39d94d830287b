package dev.sandpiper.files;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Translates the error strings of Linux system calls, which platforms append to their messages.
 * They mean an invalid request; a retry would fail too.
 */
public final class FileReasons {
  private static final String TOO_LONG =
      "a name in the path is longer than 255 bytes, or the path longer than 4095";

  /** The message of our scripts for a path that must be a directory. */
  private static final String NO_DIRECTORY = "it is not a directory";

  /** The meaning of links that form a cycle. */
  public static final String CIRCLE = "its links form a cycle";

  private static final Map<String, String> MEANINGS =
      Map.ofEntries(
          Map.entry("not a directory", "a parent in the path is a file and not a directory"),
          Map.entry(NO_DIRECTORY, NO_DIRECTORY),
          Map.entry("file name too long", TOO_LONG),
          Map.entry("filename too long", TOO_LONG), // musl's words
          Map.entry("is a directory", "it is a directory"),
          Map.entry(
              "invalid cross-device link",
              "the destination is on another file system: copy, then delete"),
          Map.entry("directory not empty", "the directory is not empty"),
          Map.entry("read-only file system", "the file system is read-only"),
          Map.entry("operation not permitted", "the operation is not permitted"),
          Map.entry(
              "no such device or address",
              "it cannot be opened: it is a socket, a device without hardware or a pipe without"
                  + " a reader"),
          Map.entry("text file busy", "the file is being executed"),
          Map.entry("too many levels of symbolic links", CIRCLE),
          Map.entry("symbolic link loop", CIRCLE)); // musl's words

  private FileReasons() {}

  /** The text after the last colon of a message. */
  public static String last(String message) {
    String said = message.strip();
    int colon = said.lastIndexOf(": ");
    return colon < 0 ? said : said.substring(colon + 2);
  }

  /** The meaning of an error string, ignoring case; empty if it is not one of these. */
  public static Optional<String> meaning(String reason) {
    return Optional.ofNullable(MEANINGS.get(reason.toLowerCase(Locale.ROOT)));
  }

  /**
   * The exception for a program's error message about a file.
   *
   * @param about the operation that ran the program
   */
  public static SandboxException failure(Failure about, String complaint) {
    String said = complaint.strip();
    String reason = last(said.substring(said.lastIndexOf('\n') + 1));
    if (reason.equalsIgnoreCase("no such file or directory")) {
      return new NotFoundException(What.FILE, about.withObserved(said));
    }
    Optional<String> meaning = meaning(reason);
    return meaning.isPresent()
        ? new InvalidRequestException(about.withObserved(meaning.get()))
        : new PlatformException(about.withObserved(said));
  }
}
