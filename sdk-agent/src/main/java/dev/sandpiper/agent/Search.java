package dev.sandpiper.agent;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Sandbox;
import dev.sandpiper.engine.ScriptFile;
import java.time.Duration;

/** {@code find_files} and {@code grep}, which run in the sandbox, with a time limit. */
final class Search {
  static final int MOST_MATCHES = 5_000;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LONGEST_COMPLAINT = 4_096;
  private static final int LONGEST_LINE = 400;
  private static final int ROOM_FOR_NOTES = 400;
  private static final int INVALID = 2;
  private static final String FIND =
      ScriptFile.load(Search.class.getResourceAsStream("find.sh"), "find.sh");
  private static final String GREP =
      ScriptFile.load(Search.class.getResourceAsStream("grep.sh"), "grep.sh");

  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ToolOptions options;

  Search(Sandbox sandbox, ToolPaths paths, ToolOptions options) {
    this.sandbox = sandbox;
    this.paths = paths;
    this.options = options;
  }

  ToolResult find(Arguments arguments) throws InvalidArgumentsException {
    Glob glob = Glob.of(arguments.text("pattern"));
    Matches matches = new Matches("files");
    Fields fields =
        new Fields(
            new byte[] {0},
            (kind, name) -> {
              if (glob.matches(relative(name))) {
                matches.add(relative(name));
              }
            });
    Command command = Command.of("/bin/sh", "-c", FIND, "sh", glob.lastName());
    return run(arguments, command, fields, matches);
  }

  ToolResult grep(Arguments arguments) throws InvalidArgumentsException {
    String caseOption = arguments.flag("ignore_case") ? "i" : "";
    String names = arguments.optionalText("file_pattern").orElse("*");
    Matches matches = new Matches("lines");
    Fields fields =
        new Fields(
            new byte[] {0, '\n'},
            (kind, field) -> {
              if (kind == 0) {
                matches.file = relative(field);
              } else {
                matches.add(matches.file + ":" + line(field));
              }
            });
    Command command =
        Command.of("/bin/sh", "-c", GREP, "sh", arguments.text("pattern"), caseOption, names);
    return run(arguments, command, fields, matches);
  }

  private static String relative(byte[] name) {
    String path = PlainText.name(name);
    return path.startsWith("./") ? path.substring(2) : path;
  }

  private static String line(byte[] field) {
    int end = field.length > LONGEST_LINE ? Utf8.wholeEnd(field, LONGEST_LINE) : field.length;
    return PlainText.ofFile(field, 0, end).text() + (end < field.length ? " [...]" : "");
  }

  private ToolResult run(Arguments arguments, Command command, Fields fields, Matches matches)
      throws InvalidArgumentsException {
    Command bounded =
        paths
            .in(arguments.optionalText("path"), command)
            .captureBytes(LONGEST_COMPLAINT)
            .timeout(LIMIT);
    ExecResult result = null;
    String end;
    try {
      result = sandbox.exec(bounded, fields);
      end = "";
    } catch (Fields.Enough e) {
      end = fields.hasGap() ? "[output was lost: search again]" : matches.tooMany();
    } catch (DeadlineExceededException e) {
      if (e.limit() != Limit.DEADLINE) {
        throw e;
      }
      end = "[stopped after " + LIMIT.toSeconds() + " s: there may be more; search a smaller path]";
    }
    return result == null ? ToolResult.of(matches.text + end) : ended(result, matches);
  }

  private static ToolResult ended(ExecResult result, Matches matches) {
    String complaint = PlainText.printable(result.errText().strip(), LONGEST_LINE / 2);
    boolean isInvalid = result.exit().code().orElse(0) == INVALID && matches.count == 0;
    if (isInvalid && !complaint.isEmpty()) {
      return ToolResult.error("The search failed: " + complaint + ". Correct pattern or path.");
    }
    return ToolResult.of(
        matches.text
            + matches.counted()
            + (complaint.isEmpty() ? "" : "\n[not everything could be read: " + complaint + "]"));
  }

  /** The matches, up to the length of a result. */
  private final class Matches {
    private final String what;
    private final StringBuilder text = new StringBuilder();
    private String file = "";
    private int count;

    Matches(String what) {
      this.what = what;
    }

    void add(String match) {
      int most = options.resultCharacters() - ROOM_FOR_NOTES;
      if (count == MOST_MATCHES || text.length() + match.length() + 1 > most) {
        throw new Fields.Enough();
      }
      text.append(match).append('\n');
      count++;
    }

    String counted() {
      return count == 0 ? "[nothing found]" : "[" + count + " " + what + "]";
    }

    String tooMany() {
      return "[the first " + count + " " + what + ": there are more; search for less]";
    }
  }
}
