package dev.sandpiper.blaxel;

import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.Threads;
import java.time.Duration;

/**
 * What the commands of one sandbox share that are followed by files.
 *
 * @param patience how long the sandbox may be out of reach before a process counts as lost
 */
record ExactSandbox(
    String id,
    ProcessApi api,
    ExactFiles files,
    DirectoryWatch watch,
    FinishedProcesses finished,
    ProcessTrees trees,
    Threads threads,
    Duration patience) {

  static ExactSandbox of(
      String id, ProcessApi api, ExactFiles files, Threads threads, Duration patience) {
    return new ExactSandbox(
        id,
        api,
        files,
        new DirectoryWatch(files, threads),
        new FinishedProcesses(api, files.directory()),
        new ProcessTrees(api, api),
        threads,
        patience);
  }
}
