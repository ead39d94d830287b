package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** The kernel's errors of file calls, in the text of Go's standard library. */
public final class GoErrors {
  private GoErrors() {}

  /** True if the name does not exist, in an existing directory. */
  public static boolean isMissing(IOException e) {
    return e instanceof NoSuchFileException missing && !isBelowFile(missing);
  }

  /** Since release 20 Java reports a path below a file like one that does not exist. */
  private static boolean isBelowFile(NoSuchFileException e) {
    Path above = Path.of(e.getFile()).getParent();
    while (above != null && Files.notExists(above, LinkOption.NOFOLLOW_LINKS)) {
      above = above.getParent();
    }
    return above != null && !Files.isDirectory(above);
  }

  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return isBelowFile(missing) ? "not a directory" : "no such file or directory";
    }
    if (e instanceof AccessDeniedException) return "permission denied";
    if (e instanceof FileSystemLoopException) return "too many levels of symbolic links";
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    if (reason == null) return "input/output error";
    if (reason.startsWith("Too many levels")) return "too many levels of symbolic links";
    return reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
  }

  public static boolean isDiskFull(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left on device");
  }
}
