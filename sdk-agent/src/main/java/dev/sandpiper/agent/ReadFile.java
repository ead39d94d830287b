package dev.sandpiper.agent;

import dev.sandpiper.Capability;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;

/** {@code read_file}: a range of lines with their numbers, read from the stream of the file. */
final class ReadFile {
  static final int MOST_LINES = 100_000;
  private static final int STANDARD_LINES = 2_000;
  private static final int LONGEST_LINE = 2_000;
  private static final long MOST_BYTES = 64L << 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int ROOM_FOR_NOTES = 400;

  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ToolOptions options;

  ReadFile(Sandbox sandbox, ToolPaths paths, ToolOptions options) {
    this.sandbox = sandbox;
    this.paths = paths;
    this.options = options;
  }

  ToolResult run(Arguments arguments) throws InvalidArgumentsException, IOException {
    String path = paths.usable(arguments.text("path"));
    if (path.matches("(.*/)?\\.{0,2}")) {
      throw isDirectory(path);
    }
    requireFile(path);
    long first = arguments.number("first_line", 1);
    long last = first + arguments.number("line_count", STANDARD_LINES) - 1;
    try (InputStream stream = sandbox.files().read(path)) {
      BoundedLines lines = new BoundedLines(stream, Math.min(LONGEST_LINE, half()));
      return new Reading(ToolPaths.shown(path), lines, first, last).run();
    }
  }

  private int half() {
    return (options.resultCharacters() - ROOM_FOR_NOTES) / 8; // for \xNN and other notes
  }

  /** A pipe has no end, and a device may have none. */
  private void requireFile(String path) throws InvalidArgumentsException {
    if (!sandbox.capabilities().contains(Capability.FILE_STATUS)) {
      return;
    }
    FileInfo info = sandbox.files().stat(path);
    if (info.type() == FileType.LINK && info.linkTarget().isPresent()) {
      info = sandbox.files().stat(info.linkTarget().get());
    }
    if (info.type() == FileType.DIRECTORY) {
      throw isDirectory(path);
    }
    if (info.type() == FileType.OTHER) {
      throw new InvalidArgumentsException(
          ToolPaths.shown(path) + " is a pipe, a socket or a device, which may have no end.");
    }
  }

  private static InvalidArgumentsException isDirectory(String path) {
    return new InvalidArgumentsException(
        ToolPaths.shown(path) + " is a directory: use list_files.");
  }

  private final class Reading {
    private final String path;
    private final BoundedLines lines;
    private final long first;
    private final long last;
    private final long start = System.nanoTime();
    private final StringBuilder text = new StringBuilder();
    private long number;
    private int escaped;
    private boolean hasCarriageReturns;

    Reading(String path, BoundedLines lines, long first, long last) {
      this.path = path;
      this.lines = lines;
      this.first = first;
      this.last = last;
    }

    ToolResult run() throws IOException {
      BoundedLines.Line line;
      while ((line = lines.next()) != null) {
        if (number < 100 && line.hasNul()) {
          return ToolResult.error(
              path + " is a binary file: use run_command with a program that reads it.");
        }
        if (number >= last || isOver() || (number + 1 >= first && !append(line))) {
          return ToolResult.of(text + notes() + more());
        }
        number++;
      }
      return number < first && number > 0
          ? ToolResult.error(path + " has only " + number + " lines: read from an earlier one.")
          : ToolResult.of(text + notes() + end());
    }

    private boolean isOver() {
      return lines.taken() > MOST_BYTES || System.nanoTime() - start > LIMIT.toNanos();
    }

    private boolean append(BoundedLines.Line line) {
      int length = line.bytes().length;
      boolean isWhole = length == line.length();
      boolean hasReturn = isWhole && length > 0 && line.bytes()[length - 1] == '\r';
      int end = isWhole ? length - (hasReturn ? 1 : 0) : Utf8.wholeEnd(line.bytes(), length);
      PlainText shown = PlainText.ofFile(line.bytes(), 0, end);
      String cut = isWhole ? "" : " [... " + (line.length() - end) + " more bytes in this line]";
      String numbered = String.format(Locale.ROOT, "%6d\t", number + 1) + shown.text();
      if (text.length() + numbered.length() + cut.length()
          > options.resultCharacters() - ROOM_FOR_NOTES) {
        return false;
      }
      text.append(numbered).append(cut).append('\n');
      escaped += shown.escaped();
      hasCarriageReturns |= hasReturn;
      return true;
    }

    private String notes() {
      return (escaped == 0 ? "" : PlainText.NOTE + escaped + "]\n")
          + (hasCarriageReturns ? "[lines end with a carriage return and a line feed]\n" : "");
    }

    private String end() {
      return number == 0 ? "[the file is empty]" : "[end of the file: line " + number + "]";
    }

    private String more() {
      if (number < first) {
        return "[line " + first + " is too far behind the beginning: use run_command with sed]";
      }
      return "[the file continues: read it from first_line " + (number + 1) + "]";
    }
  }
}
