package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessEvent;

/** One message of a process's stream. */
sealed interface ProcessMessage {

  /** The first of each stream: the process has this number. */
  record Started(int pid) implements ProcessMessage {}

  /** What readers of the process learn. */
  record Reported(ProcessEvent event) implements ProcessMessage {}

  /** A keep-alive, or a kind that is still unknown. */
  record Ignored() implements ProcessMessage {
    static final Ignored IGNORED = new Ignored();
  }
}
