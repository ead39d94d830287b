package dev.sandpiper.e2b;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The event stream of one process, whichever call opened it. */
final class ProcessEvents<T> implements AutoCloseable {
  private final ConnectStream<T> stream;
  private final Function<T, ProcessEvent> event;

  ProcessEvents(ConnectStream<T> stream, Function<T, ProcessEvent> event) {
    this.stream = stream;
    this.event = event;
  }

  /** Blocks for the next message; see {@link ConnectStream#next}. */
  @Nullable ProcessEvent next() throws IOException {
    T message = stream.next();
    return message == null ? null : event.apply(message);
  }

  void finish(Duration limit) throws IOException {
    stream.finish(limit);
  }

  void cancel() {
    stream.cancel();
  }

  @Override
  public void close() {
    stream.close();
  }
}
