package dev.sandpiper.engine;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a platform itself knows of the processes of one sandbox, and can do to them. */
public interface ProcessPlatform {

  /**
   * The numbers of those of these processes that run. One that is missing has ended, and its number
   * may belong to another.
   */
  Map<ProcessRef, String> running(Collection<ProcessRef> refs, CallScope scope);

  default Optional<String> running(ProcessRef ref, CallScope scope) {
    return Optional.ofNullable(running(List.of(ref), scope).get(ref));
  }

  /**
   * Sends TERM or KILL by the platform's own call, which may reach less than the group. False if
   * the process is over.
   */
  boolean signal(ProcessRef ref, Signal signal, CallScope scope);
}
