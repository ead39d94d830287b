package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All processes of one sandbox that can be found: those started for it, those with its variable,
 * their descendants, and the members of their groups and sessions. Without {@code /proc} only the
 * started ones and their descendants are found. One thread at a time.
 */
public final class ProcessFamily {
  private static final Logger log = LoggerFactory.getLogger(ProcessFamily.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

  private final String variable;
  private final Supplier<? extends Collection<Long>> started;

  // In the order in which they were stopped.
  private final Set<Long> stopped = new LinkedHashSet<>();

  /**
   * @param mark the variable
   * @param sandboxId its value
   * @param started the pids of the processes that were started for the sandbox
   */
  public ProcessFamily(
      String mark, String sandboxId, Supplier<? extends Collection<Long>> started) {
    this.variable = mark + "=" + sandboxId;
    this.started = started;
  }

  /** The existing processes, parents before their children, without zombies. */
  public List<ProcessStatus> members() {
    Set<Long> roots = new HashSet<>(started.get());
    Map<Long, ProcessStatus> all = new HashMap<>();
    ProcessStatus.ofAll(List.copyOf(roots)).forEach(one -> all.put(one.pid(), one));
    for (ProcessStatus one : all.values()) {
      if (one.hasVariable(variable)) roots.add(one.pid());
    }
    ProcessStatus own = all.remove(ProcessHandle.current().pid());
    Map<Long, ProcessStatus> found = new HashMap<>();
    Set<Long> sessions = new HashSet<>();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (ProcessStatus one : all.values()) {
        boolean kin =
            roots.contains(one.pid())
                || found.containsKey(one.parent())
                || found.containsKey(one.group())
                || sessions.contains(one.session());
        if (!kin || found.putIfAbsent(one.pid(), one) != null) continue;
        // The session of this JVM is that of most commands, and of everything else in a terminal.
        if (own != null && one.session() != own.session()) sessions.add(one.session());
        grown = true;
      }
    }
    return found.values().stream()
        .filter(one -> !one.isZombie())
        .sorted(Comparator.comparingInt(one -> depth(one, found)))
        .toList();
  }

  private static int depth(ProcessStatus one, Map<Long, ProcessStatus> family) {
    int depth = 0;
    ProcessStatus parent = family.get(one.parent());
    // They were read at different moments, so a reused pid could form a cycle of parents.
    while (parent != null && depth < family.size()) {
      parent = family.get(parent.parent());
      depth++;
    }
    return depth;
  }

  /**
   * Stops all of them, parents first, so that a shell does not see its children stop. Repeats until
   * all processes that are found have stopped, because a running one may just have forked. A
   * process that was stopped before is not continued by {@link #resume}.
   */
  public void stop() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<Long> running = running();
    while (!running.isEmpty() && System.nanoTime() < end) {
      signal("STOP", running);
      stopped.addAll(running);
      LockSupport.parkNanos(PAUSE_NANOS);
      running = running();
    }
    if (!running.isEmpty()) log.warn("processes {} of {} do not stop", running, variable);
  }

  private List<Long> running() {
    return members().stream()
        .filter(one -> one.isKnown() ? !one.isStopped() : !stopped.contains(one.pid()))
        .map(ProcessStatus::pid)
        .toList();
  }

  /** Continues the processes that {@link #stop} stopped, children first. */
  public void resume() throws IOException {
    List<Long> lastFirst = new ArrayList<>(stopped);
    Collections.reverse(lastFirst);
    if (!lastFirst.isEmpty()) signal("CONT", lastFirst);
    stopped.clear();
  }

  /** The existing processes, without zombies. */
  public List<ProcessHandle> handles() {
    return members().stream().flatMap(one -> ProcessHandle.of(one.pid()).stream()).toList();
  }

  /** Kills until no process is left, because a dying one may just have forked. */
  public void kill() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<ProcessHandle> left = handles();
    while (!left.isEmpty() && System.nanoTime() < end) {
      left.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(PAUSE_NANOS);
      left = handles();
    }
    if (!left.isEmpty()) log.warn("{} processes of {} do not die", left.size(), variable);
  }

  /** Java itself can only send TERM and KILL. */
  private static void signal(String name, List<Long> pids) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("/bin/sh", "-c", "kill -s \"$0\" \"$@\" 2>/dev/null; :", name));
    pids.forEach(pid -> words.add(Long.toString(pid)));
    Process shell = new ProcessBuilder(words).start();
    boolean interrupted = false;
    while (true) {
      try {
        shell.waitFor();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // a part of the tree must not be left running
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
