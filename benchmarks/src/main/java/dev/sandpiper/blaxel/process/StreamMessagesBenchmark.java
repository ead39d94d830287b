package dev.sandpiper.blaxel.process;

import dev.sandpiper.wire.JsonLinesReader;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SseStreamReader;
import java.io.IOException;
import okio.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading a streamed command's lines of 80 bytes at Blaxel, in both of its formats. */
@State(Scope.Benchmark)
public class StreamMessagesBenchmark {
  private static final int LINES = 1_000;
  private static final String TEXT = "x".repeat(79) + "\\n";

  private final Buffer lines = new Buffer();
  private final Buffer events = new Buffer();
  private int read;

  @Setup
  public void write() {
    for (int i = 0; i < LINES; i++) {
      String json = "{\"type\":\"stdout\",\"data\":\"" + TEXT + "\"}";
      lines.writeUtf8(json + "\n");
      events.writeUtf8("data: " + json + "\n\n");
    }
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public int ndjson() throws IOException {
    StreamMessages messages = new StreamMessages("true", event -> read++);
    JsonLinesReader reader = new JsonLinesReader(lines.clone(), StreamDrain.LONGEST_MESSAGE);
    byte[] line;
    while ((line = reader.nextLine()) != null) messages.line(line);
    return read;
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public int serverSentEvents() throws IOException, MalformedStreamException {
    StreamMessages messages = new StreamMessages("true", event -> read++);
    new SseStreamReader(events.clone(), StreamDrain.LONGEST_MESSAGE).read(messages::event);
    return read;
  }

  /** The floor: each line's bytes, and nobody looks at them. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public int linesOnly() throws IOException {
    JsonLinesReader reader = new JsonLinesReader(lines.clone(), StreamDrain.LONGEST_MESSAGE);
    while (reader.nextLine() != null) read++;
    return read;
  }
}
