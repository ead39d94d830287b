package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.blaxel.process.CommandStarter.Start;
import dev.sandpiper.testkit.blaxel.process.CommandStarter.Started;
import dev.sandpiper.testkit.blaxel.process.ProcessRecord.Status;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, follows, restarts and ends the processes of one sandbox. */
public final class Commands implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Commands.class);
  private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

  /** A process could not be started. The message is the server's. */
  static final class NotStartedException extends Exception {
    private static final long serialVersionUID = 1;

    NotStartedException(String reason) {
      super("failed to start process: " + reason);
    }
  }

  private final Machinery machinery;
  private final CommandStarter starter;
  private final ProcessTable table;
  private final TailerPoll tails;

  public Commands(Machinery machinery, CommandStarter starter) {
    this.machinery = machinery;
    this.starter = starter;
    this.tails = new TailerPoll(machinery);
    this.table = new ProcessTable(machinery.has(BlaxelFault.SLOW_READER_FREEZES));
  }

  ProcessTable table() {
    return table;
  }

  /** Starts a process. Its output is not read before {@link #follow}. */
  Running start(StartRequest request) throws IOException, NotStartedException {
    String given = request.name();
    String name = given == null ? "proc-" + Secrets.processSuffix() : given;
    String workingDir = expanded(request.workingDir());
    String directory = resolved(workingDir);
    if (directory.indexOf('\0') < 0 && !Files.exists(Path.of(directory))) {
      throw new NotStartedException(
          "could not execute command '"
              + request.command()
              + "' because folder '"
              + workingDir
              + "' does not exist");
    }
    LogFiles files =
        new LogFiles(machinery.places().logs(), name, logFileBytes(), starter::release);
    makeFiles(files, name);
    Start start = start(request, directory, files);
    Started started = launch(start);
    Tailer tailer = new Tailer(files, machinery.has(BlaxelFault.THROTTLE));
    ProcessRecord record =
        new ProcessRecord(started.pid(), name, workingDir, request, files, tailer);
    table.add(record);
    machinery.after(machinery.limits().sweep(), () -> sweep(record));
    if (request.keepAlive() && request.limitSeconds() > 0) {
      machinery.after(Duration.ofSeconds(request.limitSeconds()), () -> expire(record));
    }
    return new Running(record, start, started);
  }

  /** The value of the sandbox's variable, parsed as by the real server. */
  private int logFileBytes() {
    String given = machinery.environment().getOrDefault("SANDBOX_MAX_LOG_FILE_BYTES", "");
    return given.matches("[1-9]\\d{0,8}")
        ? Integer.parseInt(given)
        : machinery.limits().logFileBytes();
  }

  /** A working directory as it is reported: only a tilde in front is replaced. */
  private String expanded(String directory) {
    return directory.startsWith("~")
        ? machinery.places().home() + directory.substring(1)
        : directory;
  }

  /** The same as an absolute path. */
  private String resolved(String expanded) {
    String home = machinery.places().home().toString();
    if (expanded.isEmpty()) return home;
    return expanded.startsWith("/") ? expanded : home + "/" + expanded;
  }

  /** A process and its current attempt. */
  record Running(ProcessRecord record, Start start, Started started) {}

  private static void makeFiles(LogFiles files, String name) throws NotStartedException {
    try {
      LogFiles.empty(files.output());
      LogFiles.empty(files.errors());
    } catch (IOException e) {
      throw new NotStartedException(
          "failed to create stdout log file: open /var/log/sandbox-api/"
              + name
              + ".stdout.log: "
              + GoErrors.reason(e));
    }
  }

  private Start start(StartRequest request, String directory, LogFiles files)
      throws NotStartedException {
    Map<String, String> environment = new LinkedHashMap<>(machinery.environment());
    environment.putAll(request.env());
    environment.putAll(machinery.marks());
    String shell = machinery.environment().getOrDefault("SHELL", "sh");
    List<String> words = new ArrayList<>();
    words.add(program(shell));
    String flags = machinery.environment().getOrDefault("SHELL_ARGS", "-c");
    words.addAll(List.of(flags.trim().split("\\s+", -1)));
    words.add(request.command());
    return new Start(words, directory, environment, files.output(), files.errors());
  }

  /** Looked up on the sandbox's own path, as by the server's library. */
  private String program(String shell) throws NotStartedException {
    if (shell.contains("/")) return shell;
    for (String directory : machinery.environment().getOrDefault("PATH", "").split(":", -1)) {
      Path candidate = Path.of(directory.isEmpty() ? "." : directory, shell);
      if (Files.isExecutable(candidate)) return candidate.toString();
    }
    throw new NotStartedException("exec: \"" + shell + "\": executable file not found in $PATH");
  }

  private Started launch(Start start) throws IOException, NotStartedException {
    String prefix = "fork/exec " + start.words().get(0) + ": ";
    if (start.environment().toString().indexOf('\0') >= 0) {
      throw new NotStartedException("exec: environment variable contains NUL");
    }
    if ((start.words() + start.directory()).indexOf('\0') >= 0) {
      throw new NotStartedException(prefix + "invalid argument");
    }
    try {
      return starter.start(start);
    } catch (Launch.RefusedException e) {
      throw new NotStartedException(prefix + e.getMessage());
    }
  }

  /** One run of a process. Once it has ended, its files are complete. */
  private static final class Attempt {
    private final Running running;
    private volatile boolean over;
    private volatile boolean again;

    Attempt(Running running) {
      this.running = running;
    }

    ProcessRecord record() {
      return running.record;
    }
  }

  /** Starts to read the output, and to wait for the end. */
  void follow(Running running) {
    Attempt attempt = new Attempt(running);
    var unused =
        running
            .started
            .exit()
            .thenAccept(
                code -> {
                  attempt.again = attempt.record().exited(code);
                  machinery.run(() -> ended(attempt));
                });
    machinery.run(() -> tick(attempt));
  }

  /** The server's last message is written to the file before the last of it is read. */
  private void ended(Attempt attempt) {
    if (attempt.again) announceRestart(attempt.record());
    attempt.over = true;
    if (attempt.again) machinery.after(RESTART_PAUSE, () -> restart(attempt.running));
  }

  private static void announceRestart(ProcessRecord record) {
    int most = record.request().maxRestarts();
    ProcessRecord.State state = record.state();
    String text =
        "\n[Process failed with exit code "
            + state.exitCode()
            + ". Attempting restart "
            + state.restartCount()
            + "/"
            + (most < 0 ? "unlimited" : most)
            + "...]\n";
    try {
      Tailer.append(record.files().output(), text.getBytes(UTF_8));
    } catch (IOException e) {
      log.debug("cannot note the restart of {}", record.name(), e);
    }
    record.tailer().tell(text);
  }

  private void tick(Attempt attempt) {
    boolean last = attempt.over;
    ProcessRecord record = attempt.record();
    try {
      record.tailer().take(last);
      if (last) record.tailer().release();
    } catch (IOException e) {
      log.debug("cannot read the output of {}", record.name(), e);
    }
    if (!last) {
      tails.onceDue(() -> attempt.over || record.tailer().isDue(), () -> tick(attempt));
      return;
    }
    record.tailer().end();
    if (!attempt.again) record.finished().complete(null);
  }

  private void restart(Running before) {
    ProcessRecord record = before.record;
    try {
      Started started = starter.start(before.start);
      record.restarted(started.pid());
      record.tailer().rewind();
      follow(new Running(record, before.start, started));
    } catch (IOException | Launch.RefusedException e) {
      log.debug("cannot restart {}", record.name(), e);
      record.finished().complete(null);
    }
  }

  private void sweep(ProcessRecord record) {
    if (record.finished().isDone()) return;
    try {
      record.tailer().release();
    } catch (IOException e) {
      log.debug("cannot release the logs of {}", record.name(), e);
    }
    machinery.after(machinery.limits().sweep(), () -> sweep(record));
  }

  private void expire(ProcessRecord record) {
    if (record.finished().isDone()) return;
    try {
      String unused = end(record, true);
    } catch (IOException e) {
      log.debug("cannot kill {}", record.name(), e);
    }
  }

  /**
   * Stops or kills a process and what is left of its group.
   *
   * @return null, or why the signal could not be sent
   */
  @Nullable String end(ProcessRecord record, boolean kill) throws IOException {
    if (record.state().completedAt() == null) {
      tell(
          record,
          kill
              ? "\n[Process is being forcefully killed]\n"
              : "\n[Process is being gracefully terminated]\n");
    }
    return record.end(kill ? Status.KILLED : Status.STOPPED, group -> starter.signal(group, kill));
  }

  /** Does not wait for clients that do not read. */
  private void tell(ProcessRecord record, String text) {
    Tailer tailer = record.tailer();
    if (!tailer.tellAtOnce(text)) machinery.run(() -> tailer.tell(text));
  }

  /** Kills all of them. A caller that waits for one is notified that it has ended. */
  @Override
  public void close() {
    starter.close();
    IOException gone = new IOException("the sandbox is gone");
    for (ProcessRecord record : table.all()) {
      record.finished().completeExceptionally(gone);
      record.tailer().breakOff();
    }
  }
}
