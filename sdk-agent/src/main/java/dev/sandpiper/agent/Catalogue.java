package dev.sandpiper.agent;

import static dev.sandpiper.agent.Parameter.Need.OPTIONAL;
import static dev.sandpiper.agent.Parameter.Need.REQUIRED;
import static dev.sandpiper.agent.Parameter.flag;
import static dev.sandpiper.agent.Parameter.integer;
import static dev.sandpiper.agent.Parameter.path;
import static dev.sandpiper.agent.Parameter.script;
import static dev.sandpiper.agent.Parameter.text;

import dev.sandpiper.Sandbox;
import java.util.List;

/** The tools as models see them. */
final class Catalogue {
  private static final Parameter FILE =
      path("path", REQUIRED, "The file. A relative path begins in the working directory.");
  private static final Parameter SEARCHED =
      path("path", OPTIONAL, "The directory to search. Left out: the working directory.");
  private static final Parameter DIRECTORY =
      path("directory", OPTIONAL, "Where to start it. Left out: the working directory.");
  private static final Parameter NUMBER =
      integer("number", REQUIRED, "The number that start_command gave.", 1, Integer.MAX_VALUE);

  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ToolOptions options;
  private final ToolRunner runner;

  private Catalogue(Sandbox sandbox, ToolPaths paths, ToolOptions options, ToolRunner runner) {
    this.sandbox = sandbox;
    this.paths = paths;
    this.options = options;
    this.runner = runner;
  }

  static List<AgentTool> of(
      Sandbox sandbox,
      ToolPaths paths,
      ToolOptions options,
      StartedCommands started,
      ToolRunner runner) {
    Catalogue catalogue = new Catalogue(sandbox, paths, options, runner);
    WrittenFiles written = new WrittenFiles(sandbox, paths);
    Search search = new Search(sandbox, paths, options);
    return List.of(
        catalogue.runCommand(),
        catalogue.startCommand(started),
        catalogue.readOutput(started),
        catalogue.stopCommand(started),
        catalogue.readFile(),
        catalogue.writeFile(written),
        catalogue.editFile(written),
        catalogue.listFiles(),
        catalogue.findFiles(search),
        catalogue.grep(search));
  }

  private AgentTool runCommand() {
    long most = options.longestCommandLimit().toSeconds();
    return tool(
        "run_command",
        "Runs a script with /bin/sh to its end, and returns its exit status and its output (stdout"
            + " and stderr together; of a long output the beginning and the end). It reads no"
            + " input. For servers and whatever else does not end, use start_command.",
        new CommandTools(sandbox, paths, options)::run,
        script("command", "The script for /bin/sh."),
        DIRECTORY,
        integer(
            "timeout_seconds",
            OPTIONAL,
            "When to stop it. Left out: " + options.commandLimit().toSeconds() + ".",
            1,
            most));
  }

  private AgentTool startCommand(StartedCommands started) {
    return tool(
        "start_command",
        "Starts a script with /bin/sh that runs on, such as a server, and returns its number for"
            + " read_output and stop_command. At most "
            + options.startedCommands()
            + " are kept.",
        started::start,
        script("command", "The script for /bin/sh."),
        DIRECTORY);
  }

  private AgentTool readOutput(StartedCommands started) {
    return tool(
        "read_output",
        "Returns what a started command wrote since the last call, and whether it still runs.",
        started::read,
        NUMBER,
        integer("wait_seconds", OPTIONAL, "How long to wait for output. Left out: 0.", 0, 60));
  }

  private AgentTool stopCommand(StartedCommands started) {
    return tool(
        "stop_command",
        "Stops a started command with its children, and returns the rest of its output.",
        started::stop,
        NUMBER);
  }

  private AgentTool readFile() {
    return tool(
        "read_file",
        "Reads lines of a text file. Each line is shown after its number and a tab.",
        new ReadFile(sandbox, paths, options)::run,
        FILE,
        integer("first_line", OPTIONAL, "Left out: 1.", 1, Integer.MAX_VALUE),
        integer("line_count", OPTIONAL, "Left out: 2000.", 1, ReadFile.MOST_LINES));
  }

  private AgentTool writeFile(WrittenFiles written) {
    return tool(
        "write_file",
        "Writes a text file, with the directories above it. An existing file is replaced: to change"
            + " a part of it, use edit_file.",
        written::write,
        FILE,
        text("content", 0, "The whole content."));
  }

  private AgentTool editFile(WrittenFiles written) {
    return tool(
        "edit_file",
        "Replaces text in a file. old_text must occur exactly once, unless replace_all is true.",
        written::edit,
        FILE,
        text("old_text", 1, "What is there now, exactly, with white space and line feeds."),
        text("new_text", 0, "What replaces it."),
        flag("replace_all", "Replaces each occurrence. Left out: false."));
  }

  private AgentTool listFiles() {
    return tool(
        "list_files",
        "Lists a directory: paths, types and sizes.",
        new ListFiles(sandbox, paths, options)::run,
        path("path", OPTIONAL, "The directory. Left out: the working directory."),
        integer("depth", OPTIONAL, "How many levels. Left out: 1.", 1, 5));
  }

  private AgentTool findFiles(Search search) {
    return tool(
        "find_files",
        "Finds files by a glob pattern, with paths relative to the directory that is searched. .git"
            + " is left out, and links are not followed.",
        search::find,
        path(
            "pattern",
            REQUIRED,
            "Such as *.java (at any depth), src/**/test_*.py or *.{ts,tsx}. * and ? match within a"
                + " name, ** any directories."),
        SEARCHED);
  }

  private AgentTool grep(Search search) {
    return tool(
        "grep",
        "Finds lines in text files, as path:line number:line. At most 200 lines of a file. .git and"
            + " binary files are left out, and links are not followed.",
        search::grep,
        path("pattern", REQUIRED, "An extended regular expression, as of grep -E."),
        SEARCHED,
        path("file_pattern", OPTIONAL, "For the names of files, such as *.java. Left out: all."),
        flag("ignore_case", "Left out: false."));
  }

  private AgentTool tool(String name, String description, Action action, Parameter... parameters) {
    return new AgentTool(name, description, Parameters.of(parameters), action, runner);
  }
}
