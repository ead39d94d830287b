package dev.sandpiper.e2b;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EventCase;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Opens the streams of processes, and waits for the start event that each of them begins with. */
record ProcessConnections(ProcessRpc rpc) {

  ProcessConnections in(CallScope scope) {
    return new ProcessConnections(rpc.in(scope));
  }

  /** A stream behind its start event, and the number that this told. */
  record Connection(int pid, ConnectStream<ProcessEvent> events) {}

  Connection start(
      String name, StartRequest message, Optional<String> user, Optional<Duration> lifetime) {
    return begin("start", name, rpc.start(name, message, user, lifetime));
  }

  /** Attaches to what runs, or has ended a short while ago, under this number. */
  Connection byPid(String name, int pid) {
    return connect(name, ProcessSelector.newBuilder().setPid(pid));
  }

  /** Attaches to what has this tag; may miss it where others have tags too. */
  Connection byTag(String name, String tag) {
    return connect(name, ProcessSelector.newBuilder().setTag(tag));
  }

  private Connection connect(String name, ProcessSelector.Builder selector) {
    return begin("attach", name, rpc.connect(name, selector.build()));
  }

  private static Connection begin(
      String operation, String name, ConnectStream<ProcessEvent> events) {
    try {
      ProcessEvent start = events.next();
      if (start == null || start.getEventCase() != EventCase.START) {
        throw new MalformedStreamException("no start event");
      }
      return new Connection(start.getStart().getPid(), events);
    } catch (MalformedStreamException e) {
      events.close();
      String observed = "the sandbox sent " + e.getMessage();
      throw new WireFormatException(Failure.of(operation, name, observed), e);
    } catch (IOException e) {
      events.close();
      String observed = "the connection broke before the start was told";
      throw new ConnectionLostException(Failure.of(operation, name, observed), null, e);
    } catch (RuntimeException e) {
      events.close();
      throw e;
    }
  }
}
