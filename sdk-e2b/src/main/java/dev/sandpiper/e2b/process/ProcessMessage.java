package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessEvent;

/** One message of a process's stream. */
sealed interface ProcessMessage {

  /** The first message of each stream, with the pid of the process. */
  record Started(int pid) implements ProcessMessage {}

  /** An event that is delivered to the reader. */
  record Reported(ProcessEvent event) implements ProcessMessage {}

  /** A keep-alive, or an unknown kind. */
  record Ignored() implements ProcessMessage {
    static final Ignored IGNORED = new Ignored();
  }
}
