package dev.sandpiper.examples;

import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import java.io.PrintStream;
import java.util.Locale;

/**
 * One line of a terminal that shows how far a transfer is: a bar where the whole is known, else the
 * bytes alone. For one transfer; closing it ends the line.
 */
final class ProgressBar implements TransferListener, AutoCloseable {
  private static final int WIDTH = 30;

  private final String title;
  private final PrintStream out;
  private String shown = "";

  ProgressBar(String title, PrintStream out) {
    this.title = title;
    this.out = out;
  }

  @Override
  public void progress(TransferProgress progress) {
    String line = title + " " + line(progress);
    if (!line.equals(shown)) {
      // What is longer than the new line would stay on the terminal.
      out.print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
      out.flush();
      shown = line;
    }
  }

  private static String line(TransferProgress progress) {
    String done = kibibytes(progress.bytes());
    if (progress.totalBytes().isEmpty()) {
      return done + ", " + progress.entries() + " entries";
    }
    long total = progress.totalBytes().getAsLong();
    double share = total == 0 ? 1 : (double) progress.bytes() / total;
    int full = (int) (WIDTH * share);
    String bar = "#".repeat(full) + ".".repeat(WIDTH - full);
    int percent = (int) (100 * share);
    return String.format(Locale.ROOT, "[%s] %3d%% %s of %s", bar, percent, done, kibibytes(total));
  }

  private static String kibibytes(long bytes) {
    return (bytes + 1023) / 1024 + " KiB";
  }

  @Override
  public void close() {
    out.println();
  }
}
