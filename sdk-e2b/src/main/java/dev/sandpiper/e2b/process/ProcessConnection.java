package dev.sandpiper.e2b.process;

import dev.sandpiper.Failure;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectStream;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EventCase;

/** The stream of a process behind its start event, and the number that this told. */
record ProcessConnection(int pid, ConnectStream<ProcessEvent> events) {

  /** Waits for the start event, with which each stream begins. */
  static ProcessConnection begin(Failure about, ConnectStream<ProcessEvent> events) {
    try {
      ProcessEvent start = events.next(about);
      if (start == null || start.getEventCase() != EventCase.START) {
        throw new WireFormatException(about.withObserved("the sandbox sent no start event"), null);
      }
      return new ProcessConnection(start.getStart().getPid(), events);
    } catch (RuntimeException e) {
      events.close();
      throw e;
    }
  }
}
