package dev.sandpiper.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.wire.MalformedStreamException;
import org.jspecify.annotations.Nullable;

/** From E2B's process messages to our events. */
public final class EventMapper {
  private EventMapper() {}

  /** The event in {@code message}; null for keep-alives and kinds still unknown. */
  public static @Nullable ProcessEvent map(ProcessProto.ProcessEvent message)
      throws MalformedStreamException {
    return switch (message.getEventCase()) {
      case DATA -> output(message.getData());
      case END -> new Ended(ExitReader.read(message.getEnd()));
      case START -> throw new MalformedStreamException("a second start event");
      case KEEPALIVE, EVENT_NOT_SET -> null;
    };
  }

  private static @Nullable Output output(DataEvent data) {
    return switch (data.getOutputCase()) {
      case STDOUT -> output(Channel.STDOUT, data.getStdout());
      case STDERR -> output(Channel.STDERR, data.getStderr());
      case PTY -> output(Channel.TERMINAL, data.getPty());
      case OUTPUT_NOT_SET -> null;
    };
  }

  private static Output output(Channel channel, ByteString bytes) {
    return Output.of(channel, bytes.toByteArray());
  }
}
