package dev.sandpiper.benchmarks.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.StartEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import java.io.ByteArrayOutputStream;
import java.util.Base64;

/** The streams of the platforms' processes. */
final class Streams {
  private static final int PID = 7;
  private static final int END_OF_STREAM = 2;

  private Streams() {}

  /** E2B's, in one of Connect's two codecs. */
  static Stream e2b(boolean isJson) {
    return isJson ? e2bJson() : e2bBinary();
  }

  private static Stream e2bBinary() {
    return new Stream(
        "application/connect+proto",
        binary(ProcessEvent.newBuilder().setStart(StartEvent.newBuilder().setPid(PID))),
        output ->
            binary(
                ProcessEvent.newBuilder()
                    .setData(DataEvent.newBuilder().setStdout(ByteString.copyFrom(output)))),
        ended(
            binary(
                ProcessEvent.newBuilder()
                    .setEnd(EndEvent.newBuilder().setExited(true).setStatus("exit status 0")))));
  }

  private static byte[] binary(ProcessEvent.Builder event) {
    return Chunks.envelope(0, StartResponse.newBuilder().setEvent(event).build().toByteArray());
  }

  private static Stream e2bJson() {
    return new Stream(
        "application/connect+json",
        json("{\"event\":{\"start\":{\"pid\":" + PID + "}}}"),
        output ->
            json(
                "{\"event\":{\"data\":{\"stdout\":\""
                    + Base64.getEncoder().encodeToString(output)
                    + "\"}}}"),
        ended(json("{\"event\":{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}}")));
  }

  private static byte[] json(String message) {
    return Chunks.envelope(0, message.getBytes(UTF_8));
  }

  private static byte[] ended(byte[] end) {
    return joined(end, Chunks.envelope(END_OF_STREAM, "{}".getBytes(US_ASCII)), Chunks.LAST);
  }

  /**
   * Blaxel's lines of JSON.
   *
   * @param name the process's
   */
  static Stream blaxel(String name) {
    String record =
        "{\\\"pid\\\":\\\"7\\\",\\\"name\\\":\\\""
            + name
            + "\\\",\\\"status\\\":\\\"completed\\\",\\\"exitCode\\\":0,"
            + "\\\"startedAt\\\":\\\"Fri, 20 Nov 2026 17:33:47 GMT\\\",\\\"completedAt\\\":\\\"Fri, 20 Nov 2026"
            + " 17:33:56 GMT\\\"}";
    return new Stream(
        "application/x-ndjson",
        new byte[0],
        output ->
            line("{\"type\":\"stdout\",\"data\":\"" + text(output).replace("\n", "\\n") + "\"}"),
        joined(line("{\"type\":\"result\",\"data\":\"" + record + "\"}"), Chunks.LAST));
  }

  private static byte[] line(String json) {
    return Chunks.of((json + "\n").getBytes(UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, US_ASCII);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) all.writeBytes(part);
    return all.toByteArray();
  }
}
