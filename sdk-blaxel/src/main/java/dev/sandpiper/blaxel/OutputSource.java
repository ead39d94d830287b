package dev.sandpiper.blaxel;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.function.Consumer;

/** Where the outputs of a process lie. For the reading thread. */
interface OutputSource {
  /** Its outputs, which tell {@code events} what they read, until {@code scope} is cancelled. */
  List<? extends OutputReader> readers(Consumer<ProcessEvent> events, CallScope scope);

  /** What was seen when it was last looked at. */
  Marks marks();

  /** Looks anew. False if that could not be done this time. */
  boolean look(CallScope scope);

  /** True if somebody tells when there is more. */
  boolean isWatched();
}
