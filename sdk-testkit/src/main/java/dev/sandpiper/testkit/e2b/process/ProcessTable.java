package dev.sandpiper.testkit.e2b.process;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.Launcher;
import dev.sandpiper.testkit.machine.ProcessFamily;
import dev.sandpiper.testkit.machine.ProcessStatus;
import dev.sandpiper.testkit.machine.RunningCommand;
import dev.sandpiper.testkit.machine.ServerThreads;
import dev.sandpiper.testkit.machine.TerminalSize;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** The processes of one sandbox, including those that ended in the last half minute. */
public final class ProcessTable implements AutoCloseable {
  private static final Duration KEPT_AFTER_END = Duration.ofSeconds(30);

  /** The variable by which the processes of a sandbox are found. */
  private static final String MARK = "E2B_SANDBOX_ID";

  private final Home home;
  private volatile Map<String, String> environment;
  private final Launcher launcher;
  private final ServerThreads threads;
  private final ProcessFamily family;

  // Held for reading while a process starts, so that no process starts during a pause.
  private final ReentrantReadWriteLock starting = new ReentrantReadWriteLock();
  private boolean paused; // guarded by the lock above

  // Guarded by this object's monitor. Both in order of start.
  private final Map<Long, SandboxProcess> running = new LinkedHashMap<>();
  private final Map<Long, SandboxProcess> ended = new LinkedHashMap<>();
  private boolean closed;

  public ProcessTable(
      String sandboxId,
      Home home,
      Map<String, String> environment,
      Launcher launcher,
      ServerThreads threads) {
    this.family = new ProcessFamily(MARK, sandboxId, this::pids);
    this.home = home;
    this.environment = environment;
    this.launcher = launcher;
    this.threads = threads;
  }

  /** The sandbox's own variables, without those of its users and requests. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Replaces all variables except the platform's own by these. */
  public void replaceEnvironment(Map<String, String> variables) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.keySet().removeIf(name -> !name.startsWith("E2B_"));
    all.putAll(variables);
    environment = all;
  }

  /**
   * Starts a process. Its outputs are not read before {@link #begin}.
   *
   * @throws RpcException if the kernel refuses
   */
  public SandboxProcess start(StartRequest request, String user) throws IOException {
    ProcessConfig config = request.getProcess();
    boolean takesInput = !request.hasStdin() || request.getStdin();
    TerminalSize terminal = request.hasPty() ? TerminalSize.of(request.getPty()) : null;
    if (terminal != null) requireTerminals();
    Launch launch =
        new Launch(
            home.wrapper(user),
            words(config),
            directory(config, user),
            variables(config, user),
            takesInput,
            terminal);
    String tag = request.hasTag() ? request.getTag() : null;
    starting.readLock().lock();
    try {
      if (paused) throw new IOException("the sandbox is paused");
      SandboxProcess process = new SandboxProcess(config, tag, launch(launch), launch, threads);
      add(process);
      return process;
    } finally {
      starting.readLock().unlock();
    }
  }

  private synchronized void add(SandboxProcess process) {
    running.put(process.pid(), process);
    if (closed) process.signal(true);
  }

  private synchronized List<Long> pids() {
    return List.copyOf(running.keySet());
  }

  /** Stops every process and starts none until {@link #resume}. */
  public void pause() throws IOException {
    starting.writeLock().lock();
    try {
      paused = true;
      running().forEach(SandboxProcess::holdDeadline);
      family.stop();
    } finally {
      starting.writeLock().unlock();
    }
  }

  /** An action to run while every process is stopped. */
  @FunctionalInterface
  public interface Action {
    void run() throws IOException;
  }

  /** Runs an action while every process is stopped; starts wait until it returns. */
  public void whileStill(Action action) throws IOException {
    starting.writeLock().lock();
    try {
      pause();
      try {
        action.run();
      } finally {
        resume();
      }
    } finally {
      starting.writeLock().unlock();
    }
  }

  /**
   * All processes of the sandbox that can be found, whether or not they were started through the
   * service.
   */
  public List<ProcessStatus> members() {
    return family.members();
  }

  public void resume() throws IOException {
    starting.writeLock().lock();
    try {
      family.resume();
      running().forEach(SandboxProcess::resumeDeadline);
      paused = false;
    } finally {
      starting.writeLock().unlock();
    }
  }

  private void requireTerminals() {
    String reason = launcher.noTerminals();
    if (reason != null) {
      throw RpcException.unimplemented(
          "local sandboxes have no terminals here: " + reason + "; they need Linux and perl");
    }
  }

  public void begin(SandboxProcess process) {
    process.begin(this::remember);
  }

  private static List<String> words(ProcessConfig config) {
    List<String> words = new ArrayList<>();
    words.add(config.getCmd());
    words.addAll(config.getArgsList());
    return words;
  }

  private String directory(ProcessConfig config, String user) throws IOException {
    String directory;
    try {
      directory = home.expand(config.getCwd(), user);
    } catch (Home.UserHomeException e) {
      throw RpcException.invalid(String.valueOf(e.getMessage()));
    }
    if (directory.indexOf('\0') >= 0 || !home.isThere(directory)) {
      throw RpcException.invalid("cwd '" + directory + "' does not exist");
    }
    return directory;
  }

  private Map<String, String> variables(ProcessConfig config, String user) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("PATH", System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"));
    all.put("HOME", home.shown());
    all.put("USER", user);
    all.put("LOGNAME", user);
    environment.forEach((name, value) -> put(all, name, value));
    config.getEnvsMap().forEach((name, value) -> put(all, name, value));
    return all;
  }

  /** For the kernel a name ends at the first equals sign, wherever that is. */
  private static void put(Map<String, String> variables, String name, String value) {
    String[] pair = (name + "=" + value).split("=", 2);
    if (!pair[0].isEmpty()) variables.put(pair[0], pair[1]);
  }

  private RunningCommand launch(Launch launch) throws IOException {
    if (String.join("", launch.command()).indexOf('\0') >= 0) {
      throw notStarted(launch, "fork/exec /bin/sh: invalid argument");
    }
    if (launch.environment().toString().indexOf('\0') >= 0) {
      throw notStarted(launch, "exec: environment variable contains NUL");
    }
    try {
      return launcher.launch(launch);
    } catch (Launch.RefusedException e) {
      throw notStarted(launch, "fork/exec /bin/sh: " + e.getMessage());
    }
  }

  private static RpcException notStarted(Launch launch, String reason) {
    String line = String.join(" ", launch.command());
    TerminalSize size = launch.terminal();
    return RpcException.invalid(
        size == null
            ? "error starting process '" + line + "': " + reason
            : "error starting pty with command '"
                + line
                + "' in dir '"
                + launch.directory()
                + "' with '"
                + size.columns()
                + "' cols and '"
                + size.rows()
                + "' rows: "
                + reason);
  }

  private synchronized void remember(SandboxProcess process) {
    running.remove(process.pid());
    ended.put(process.pid(), process);
    threads.later(KEPT_AFTER_END, () -> forget(process));
  }

  private synchronized void forget(SandboxProcess process) {
    ended.remove(process.pid(), process);
  }

  /** The running processes, newest first. */
  public synchronized List<SandboxProcess> running() {
    List<SandboxProcess> all = new ArrayList<>(running.values());
    Collections.reverse(all);
    return all;
  }

  /**
   * The running process for a selector.
   *
   * @throws RpcException if no such process is running
   */
  public SandboxProcess find(ProcessSelector selector) {
    SandboxProcess found = select(selector);
    if (found == null) throw notFound(selector);
    return found;
  }

  /** Also finds a process that ended recently. */
  public SandboxProcess findToAttach(ProcessSelector selector) {
    SandboxProcess found = select(selector);
    if (found == null) found = selectEnded(selector);
    if (found == null) throw notFound(selector);
    return found;
  }

  private @Nullable SandboxProcess select(ProcessSelector selector) {
    return switch (selector.getSelectorCase()) {
      case PID -> runningAs(Integer.toUnsignedLong(selector.getPid()));
      case TAG -> runningWith(selector.getTag());
      case SELECTOR_NOT_SET ->
          throw RpcException.unimplemented("invalid input type *process.ProcessSelector");
    };
  }

  private synchronized @Nullable SandboxProcess runningAs(long pid) {
    return running.get(pid);
  }

  /**
   * Finds a process by tag with the fault of the real server: the search stops at the first process
   * that has a tag, even a different one.
   */
  private @Nullable SandboxProcess runningWith(String tag) {
    for (SandboxProcess process : running()) {
      if (process.tag() != null) return tag.equals(process.tag()) ? process : null;
    }
    return null;
  }

  private synchronized @Nullable SandboxProcess selectEnded(ProcessSelector selector) {
    return ended.values().stream()
        .filter(
            process ->
                selector.hasPid()
                    ? process.pid() == Integer.toUnsignedLong(selector.getPid())
                    : selector.getTag().equals(process.tag()))
        .reduce((older, newer) -> newer)
        .orElse(null);
  }

  private static RpcException notFound(ProcessSelector selector) {
    return RpcException.notFound(
        selector.hasPid()
            ? "process with pid " + Integer.toUnsignedString(selector.getPid()) + " not found"
            : "process with tag " + selector.getTag() + " not found");
  }

  /** Kills all processes that were ever started here and waits until they have ended. */
  @Override
  public void close() {
    List<SandboxProcess> processes;
    synchronized (this) {
      closed = true;
      processes = List.copyOf(running.values());
    }
    List<ProcessHandle> members = family.handles(); // not found once their parent has ended
    processes.forEach(SandboxProcess::breakOff);
    members.forEach(ProcessHandle::destroyForcibly);
    family.kill();
    try {
      for (SandboxProcess process : processes) process.awaitOver();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
