package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;

/** The perl of this machine, if there is one, which runs the test kit's own scripts. */
public final class Perl {
  // With the modules that the scripts use, which a minimal perl may lack.
  private static final boolean THERE =
      succeeds(new ProcessBuilder("perl", "-MPOSIX", "-MConfig", "-MFcntl", "-e", "1"));

  private Perl() {}

  public static boolean isThere() {
    return THERE;
  }

  /** The text of a script, which is a resource next to a class. */
  public static String script(Class<?> owner, String name) throws IOException {
    try (InputStream source = owner.getResourceAsStream(name)) {
      if (source == null) throw new IOException(name + " is missing from the test kit's jar");
      return new String(source.readAllBytes(), UTF_8);
    }
  }

  /** Whether a program can be started and exits with 0. */
  static boolean succeeds(ProcessBuilder program) {
    try {
      Process process = program.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      return exit(process) == 0;
    } catch (IOException e) {
      return false; // it does not exist
    }
  }

  /** Not interruptible, because the result is kept for as long as this JVM runs. */
  private static int exit(Process process) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
