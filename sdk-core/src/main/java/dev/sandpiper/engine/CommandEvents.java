package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;

/** The events of one command: see the methods of the same names of {@link RunningCommand}. */
public interface CommandEvents {

  ProcessEvent next();

  void cancel();

  default void close() {
    cancel();
  }
}
