package dev.sandpiper.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.wire.ConnectEnvelope;
import dev.sandpiper.wire.ConnectStreamReader;
import dev.sandpiper.wire.MessageReader;
import java.io.IOException;
import okio.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading the output in a stream of E2B's, message by message, beside what the libraries do. */
@State(Scope.Benchmark)
public class ProcessMessagesBenchmark {
  private static final int MESSAGES = 100;
  private static final StartResponse KIND = StartResponse.getDefaultInstance();

  @Param({"1024", "4096", "32768"})
  public int size;

  @Param({"BINARY", "JSON"})
  public String codec = "BINARY";

  private final Buffer stream = new Buffer();

  @Setup
  public void write() {
    DataEvent data = DataEvent.newBuilder().setStdout(ByteString.copyFrom(new byte[size])).build();
    StartResponse message =
        StartResponse.newBuilder().setEvent(ProcessEvent.newBuilder().setData(data)).build();
    for (int i = 0; i < MESSAGES; i++) {
      stream.write(ConnectEnvelope.of(codec().encode(message)));
    }
  }

  private Codec codec() {
    return codec.equals("JSON") ? Codec.JSON : Codec.BINARY;
  }

  /** As our streams are read. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int inPlace() throws IOException {
    return read(new ProcessMessages<>(codec(), KIND, StartResponse::getEvent));
  }

  /** By protobuf's own parser, or Jackson's tree. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int byCodec() throws IOException {
    return read(
        (source, length) ->
            EventMapper.map(codec().decode(source.readByteArray(length), KIND).getEvent()));
  }

  /** The floor: the bytes of the message, and nobody looks at them. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int bytesOnly() throws IOException {
    return read((source, length) -> source.readByteArray(length));
  }

  private int read(MessageReader<?> messages) throws IOException {
    Buffer copy = stream.clone(); // shares its bytes
    ConnectStreamReader reader = new ConnectStreamReader(copy, 64 << 20);
    int read = 0;
    for (int i = 0; i < MESSAGES; i++) {
      if (reader.next(messages) != null) read++;
    }
    return read;
  }
}
