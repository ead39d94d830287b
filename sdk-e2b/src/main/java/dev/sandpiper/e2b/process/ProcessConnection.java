package dev.sandpiper.e2b.process;

import dev.sandpiper.Failure;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectStream;

/** The stream of a process after its start event, and the pid in that event. */
record ProcessConnection(int pid, ConnectStream<ProcessMessage> events) {

  /** Waits for the start event, the first of each stream. */
  static ProcessConnection begin(ConnectStream<ProcessMessage> events) {
    Failure about = events.request().failure("");
    try {
      if (events.next(about) instanceof ProcessMessage.Started start) {
        return new ProcessConnection(start.pid(), events);
      }
      throw new WireFormatException(
          about.withObserved("malformed response: the stream has no start event"), null);
    } catch (RuntimeException e) {
      events.close();
      throw e;
    }
  }
}
