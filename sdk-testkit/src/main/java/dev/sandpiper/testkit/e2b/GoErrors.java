package dev.sandpiper.testkit.e2b;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** What the kernel says about a failed file call, in the words of Go's standard library. */
final class GoErrors {
  private GoErrors() {}

  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) return "no such file or directory";
    if (e instanceof AccessDeniedException) return "permission denied";
    if (e instanceof FileSystemLoopException) return "too many levels of symbolic links";
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    if (reason == null) return "input/output error";
    if (reason.startsWith("Too many levels")) return "too many levels of symbolic links";
    return reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
  }

  static boolean isDiskFull(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left on device");
  }
}
