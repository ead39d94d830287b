package dev.sandpiper.agent;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code start_command}, {@code read_output} and {@code stop_command}. */
final class StartedCommands {
  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ToolOptions options;

  // Guarded by this, which is never held during a request.
  private final Map<Integer, StartedCommand> commands = new TreeMap<>();
  private int starting;
  private int lastNumber;
  private boolean closed;

  StartedCommands(Sandbox sandbox, ToolPaths paths, ToolOptions options) {
    this.sandbox = sandbox;
    this.paths = paths;
    this.options = options;
  }

  ToolResult start(Arguments arguments) throws InvalidArgumentsException {
    Command command =
        paths
            .in(arguments.optionalText("directory"), Command.shell(arguments.text("command")))
            .mergeErrors();
    if (!reserve()) {
      return ToolResult.error(
          "Not started: "
              + options.startedCommands()
              + " started commands are kept already ("
              + numbers()
              + "). Stop one with stop_command, or read one that has ended with read_output.");
    }
    return started(command);
  }

  private ToolResult started(Command command) {
    Process process = null;
    StartedCommand started = null;
    try {
      process = sandbox.start(command);
    } finally {
      started = release(process);
    }
    if (started == null) {
      process.close();
      return ToolResult.error("Not started: the tools were closed meanwhile. Stop calling them.");
    }
    started.follow();
    return ToolResult.of(
        "Started as command "
            + started.number()
            + ". Read its output with read_output, and end it with stop_command.");
  }

  private synchronized boolean reserve() {
    if (commands.size() + starting >= options.startedCommands()) {
      commands.values().removeIf(StartedCommand::isReported);
    }
    if (commands.size() + starting >= options.startedCommands()) {
      return false;
    }
    starting++;
    return true;
  }

  /** Null if nothing was started, or the tools were closed, so that it would not be stopped. */
  private synchronized @Nullable StartedCommand release(@Nullable Process process) {
    starting--;
    if (process == null || closed) {
      return null;
    }
    StartedCommand started =
        new StartedCommand(++lastNumber, process, 4 * options.resultCharacters());
    commands.put(started.number(), started);
    return started;
  }

  ToolResult read(Arguments arguments) throws InterruptedException {
    StartedCommand command = command(arguments);
    return command == null
        ? unknown(arguments)
        : shown(command, command.read(Duration.ofSeconds(arguments.number("wait_seconds", 0))));
  }

  ToolResult stop(Arguments arguments) throws InterruptedException {
    StartedCommand command = command(arguments);
    if (command == null) {
      return unknown(arguments);
    }
    StartedCommand.News news = command.stop();
    ToolResult result = shown(command, news);
    if (news.isRunning()) { // kept, so that closing the tools stops it
      return ToolResult.error("It has not ended yet: call stop_command again.\n" + result.text());
    }
    forget(command);
    return result;
  }

  private synchronized @Nullable StartedCommand command(Arguments arguments) {
    return commands.get((int) arguments.number("number", 0));
  }

  private synchronized void forget(StartedCommand command) {
    commands.remove(command.number());
  }

  private ToolResult unknown(Arguments arguments) {
    String numbers = numbers();
    return ToolResult.error(
        "There is no started command "
            + arguments.number("number", 0)
            + (numbers.isEmpty()
                ? ": nothing was started, or it was stopped."
                : ". Those that are kept: " + numbers + ".")
            + " Start one with start_command.");
  }

  private synchronized String numbers() {
    return commands.values().stream()
        .map(each -> each.number() + (each.isRunning() ? " runs" : " has ended"))
        .collect(Collectors.joining(", "));
  }

  private ToolResult shown(StartedCommand command, StartedCommand.News news) {
    String header =
        "Command "
            + command.number()
            + (news.exit() != null ? ": " + news.exit() : "")
            + (news.isRunning() ? " runs" : "")
            + (news.failure() != null ? " was lost: " + news.failure().getMessage() : "")
            + (news.hasGap() ? ". A part of its output was lost" : "")
            + ".\n";
    header = PlainText.capped(header, CommandTools.LONGEST_HEADER);
    int budget = options.resultCharacters() - CommandTools.LONGEST_HEADER;
    String output = Excerpt.of(news.output(), budget);
    String text = header + (output.isEmpty() ? "(no new output)" : output);
    return news.failure() == null ? ToolResult.of(text) : ToolResult.error(text);
  }

  /** Stops all of them concurrently. */
  void close() {
    List<StartedCommand> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(commands.values());
      commands.clear();
    }
    CompletableFuture.allOf(
            open.stream()
                .map(each -> CompletableFuture.runAsync(each::close, StartedCommands::onThread))
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  private static void onThread(Runnable task) {
    Thread thread = new Thread(task, "sandpiper-stop-command");
    thread.setDaemon(true);
    thread.start();
  }
}
