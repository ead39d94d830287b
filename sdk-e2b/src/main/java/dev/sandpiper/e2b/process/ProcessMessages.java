package dev.sandpiper.e2b.process;

import com.google.protobuf.Message;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.wire.MessageReader;
import java.io.IOException;
import java.util.function.Function;
import okio.BufferedSource;

/**
 * Reads the messages of a process's stream. Nearly all are output, which is decoded in place;
 * everything else, and output in an unusual encoding, is decoded by the codec.
 *
 * @param kind any message of the stream's type
 * @param event extracts the event from a message
 */
record ProcessMessages<M extends Message>(
    Codec codec, M kind, Function<? super M, ProcessEvent> event)
    implements MessageReader<ProcessMessage> {

  @Override
  public ProcessMessage read(BufferedSource source, long length) throws IOException {
    boolean isJson = codec == Codec.JSON;
    Output read = isJson ? null : BinaryOutput.read(source, length);
    if (read != null) {
      return new ProcessMessage.Reported(read);
    }
    byte[] message = source.readByteArray(length);
    Output decoded = isJson ? JsonOutput.read(message) : null;
    return decoded != null
        ? new ProcessMessage.Reported(decoded)
        : EventMapper.map(event.apply(codec.decode(message, kind)));
  }
}
