package dev.sandpiper.engine;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the platform's own API reports about the processes of one sandbox, and its signal call. */
public interface ProcessPlatform {

  /**
   * The pids of those of {@code refs} that are running. A process missing from the result has
   * ended, and its pid may have been reused.
   */
  Map<ProcessRef, String> running(Collection<ProcessRef> refs, CallScope scope);

  default Optional<String> running(ProcessRef ref, CallScope scope) {
    return Optional.ofNullable(running(List.of(ref), scope).get(ref));
  }

  /**
   * Sends TERM or KILL by the platform's own call, which may not reach the whole process group.
   * False if the process has ended.
   */
  boolean signal(ProcessRef ref, Signal signal, CallScope scope);
}
