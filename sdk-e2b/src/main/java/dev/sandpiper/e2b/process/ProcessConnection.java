package dev.sandpiper.e2b.process;

import dev.sandpiper.Failure;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectStream;

/** The stream of a process behind its start event, and the number that this told. */
record ProcessConnection(int pid, ConnectStream<ProcessMessage> events) {

  /** Waits for the start event, with which each stream begins. */
  static ProcessConnection begin(ConnectStream<ProcessMessage> events) {
    Failure about = events.request().failure("");
    try {
      if (events.next(about) instanceof ProcessMessage.Started start) {
        return new ProcessConnection(start.pid(), events);
      }
      throw new WireFormatException(about.withObserved("the sandbox sent no start event"), null);
    } catch (RuntimeException e) {
      events.close();
      throw e;
    }
  }
}
