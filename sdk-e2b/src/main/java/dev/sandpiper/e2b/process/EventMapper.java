package dev.sandpiper.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.e2b.process.ProcessMessage.Ignored;
import dev.sandpiper.e2b.process.ProcessMessage.Reported;
import dev.sandpiper.e2b.process.ProcessMessage.Started;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.wire.MalformedStreamException;
import org.jspecify.annotations.Nullable;

/** Maps E2B's process messages to ours. */
final class EventMapper {
  private EventMapper() {}

  static ProcessMessage map(ProcessEvent message) throws MalformedStreamException {
    return switch (message.getEventCase()) {
      case START -> new Started(message.getStart().getPid());
      case DATA -> reported(output(message.getData()));
      case END -> new Reported(new Ended(ExitReader.read(message.getEnd())));
      case KEEPALIVE, EVENT_NOT_SET -> Ignored.IGNORED;
    };
  }

  private static ProcessMessage reported(@Nullable Output output) {
    return output == null ? Ignored.IGNORED : new Reported(output);
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
