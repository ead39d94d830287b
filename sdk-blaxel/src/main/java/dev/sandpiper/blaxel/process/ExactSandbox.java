package dev.sandpiper.blaxel.process;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.StartRecovery;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Shared by the commands of one sandbox that are followed through files.
 *
 * @param others the same for other output directories, of other clients' commands
 * @param patience how long the sandbox may be unreachable before a process counts as lost
 */
public record ExactSandbox(
    String id,
    ProcessApi api,
    OutputDirectory files,
    DirectoryWatch watch,
    Heartbeat heartbeat,
    FinishedProcesses finished,
    Map<String, ExactSandbox> others,
    ProcessTrees trees,
    BackgroundThreads threads,
    NotBegun notBegun,
    Duration patience) {

  public static ExactSandbox of(
      String id,
      ProcessApi api,
      OutputDirectory files,
      BackgroundThreads threads,
      NotBegun notBegun,
      Duration patience) {
    DirectoryWatch watch = new DirectoryWatch(files, threads);
    FinishedProcesses finished = new FinishedProcesses(api, files.directory());
    return new ExactSandbox(
        id,
        api,
        files,
        watch,
        new Heartbeat(files, watch, finished, threads),
        finished,
        new ConcurrentHashMap<>(),
        new ProcessTrees(api, api, threads.time()),
        threads,
        notBegun,
        patience);
  }

  /** The same, with the output of commands in {@code directory}. */
  ExactSandbox in(String directory) {
    return directory.equals(files.directory())
        ? this
        : others.computeIfAbsent(
            directory, other -> of(id, api, files.in(other), threads, notBegun, patience));
  }

  /** Removes the files of every process that has ended. */
  public void cleanUp() {
    finished.removeAll();
    others.values().forEach(ExactSandbox::cleanUp);
  }

  /**
   * Finds the process after a start whose request may have been processed, or throws. If the name
   * is taken and contains our nonce, the start request arrived twice.
   *
   * @param isNamed true if the caller chose the name, which may belong to another process by now
   */
  void recover(
      String command, boolean isNamed, ProcessRef ref, SandboxException failure, CallScope scope) {
    boolean isOurs = !isNamed && ProcessApi.isNameTaken(failure);
    if (!isOurs && !Ambiguity.mayHaveStarted(failure)) {
      throw failure;
    }
    if (isNamed) {
      throw StartRecovery.unknown(command, "look for " + ref.processId(), failure);
    }
    new StartRecovery(trees, threads).recover(command, api.trace(ref), failure, scope);
  }
}
