package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.e2b.proto.ProcessProto.ListResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.KeepAlive;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.StartEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.testing.Recordings;
import dev.sandpiper.wire.ConnectEnvelope;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox's daemon says, frame by frame, in binary unless a test class wants both codecs.
 */
public final class Frames {
  private static final int PREFIX = 5;
  private static volatile E2bCodec codec = E2bCodec.BINARY;

  private Frames() {}

  /** What the body of a recorded stream is in. */
  public static E2bCodec codecOf(Recordings.Answer answer) {
    return answer.contentType().equals("application/connect+json")
        ? E2bCodec.JSON
        : E2bCodec.BINARY;
  }

  /** From now on the daemon speaks this. */
  public static void speak(E2bCodec spoken) {
    codec = spoken;
  }

  public static String unaryType() {
    return Codec.of(codec).unaryType();
  }

  public static String streamType() {
    return Codec.of(codec).streamType();
  }

  public static byte[] start(int pid) {
    return event(ProcessEvent.newBuilder().setStart(StartEvent.newBuilder().setPid(pid)));
  }

  public static byte[] stdout(String text) {
    return data(DataEvent.newBuilder().setStdout(ByteString.copyFromUtf8(text)));
  }

  public static byte[] stderr(String text) {
    return data(DataEvent.newBuilder().setStderr(ByteString.copyFromUtf8(text)));
  }

  public static byte[] terminal(String text) {
    return data(DataEvent.newBuilder().setPty(ByteString.copyFromUtf8(text)));
  }

  public static byte[] data(DataEvent.Builder data) {
    return event(ProcessEvent.newBuilder().setData(data));
  }

  public static byte[] keepAlive() {
    return event(ProcessEvent.newBuilder().setKeepalive(KeepAlive.getDefaultInstance()));
  }

  public static byte[] exited(int code) {
    return end(
        EndEvent.newBuilder().setExitCode(code).setExited(true).setStatus("exit status " + code));
  }

  public static byte[] killedBy(String signal) {
    return end(EndEvent.newBuilder().setExitCode(-1).setStatus("signal: " + signal));
  }

  public static byte[] end(EndEvent.Builder end) {
    return event(ProcessEvent.newBuilder().setEnd(end));
  }

  public static byte[] event(ProcessEvent.Builder event) {
    return message(StartResponse.newBuilder().setEvent(event).build());
  }

  public static byte[] message(Message message) {
    return ConnectEnvelope.of(Codec.of(codec).encode(message));
  }

  /** The message in the one envelope of a request. */
  public static okio.ByteString message(okio.ByteString envelope) {
    return envelope.substring(PREFIX);
  }

  public static byte[] goodbye() {
    return lastFrame("{}");
  }

  public static byte[] error(String code, String message) {
    return lastFrame(
        "{\"error\": {\"code\": \"%s\", \"message\": \"%s\"}}".formatted(code, message));
  }

  public static byte[] lastFrame(String json) {
    byte[] frame = ConnectEnvelope.of(json.getBytes(UTF_8));
    frame[0] = 2;
    return frame;
  }

  /** A stream that comes whole. */
  public static MockResponse stream(byte[]... frames) {
    return head().chunkedBody(joined(frames), 64).build();
  }

  /** A stream in pieces of these lengths. */
  public static MockResponse chunked(String contentType, List<byte[]> pieces) {
    Buffer body = new Buffer();
    for (byte[] piece : pieces) {
      body.writeHexadecimalUnsignedLong(piece.length).writeUtf8("\r\n");
      body.write(piece).writeUtf8("\r\n");
    }
    return new MockResponse.Builder()
        .addHeader("Content-Type", contentType)
        .body(body.writeUtf8("0\r\n\r\n"))
        .removeHeader("Content-Length")
        .setHeader("Transfer-Encoding", "chunked")
        .build();
  }

  /** A stream whose connection closes behind the last of these frames. */
  public static MockResponse cut(byte[]... frames) {
    return open(new Chunks(joined(frames), null, new Buffer()))
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  /** A stream that goes on with {@code rest} and its goodbye once {@code gate} opens. */
  public static MockResponse held(CountDownLatch gate, byte[] first, byte[]... rest) {
    return open(new Chunks(joined(first), gate, joined(rest))).build();
  }

  /** An answer of which not even the head comes. */
  public static MockResponse nothing() {
    return new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
  }

  /** The answer to a unary call. */
  public static MockResponse unary(Message message) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", unaryType())
        .body(new Buffer().write(Codec.of(codec).encode(message)))
        .build();
  }

  public static ProcessInfo running(int pid, String tag) {
    return ProcessInfo.newBuilder().setPid(pid).setTag(tag).build();
  }

  public static MockResponse list(ProcessInfo... processes) {
    ListResponse.Builder list = ListResponse.newBuilder();
    for (ProcessInfo process : processes) {
      list.addProcesses(process);
    }
    return unary(list.build());
  }

  private static MockResponse.Builder head() {
    return new MockResponse.Builder().addHeader("Content-Type", streamType());
  }

  private static MockResponse.Builder open(MockResponseBody body) {
    return head().body(body).setHeader("Transfer-Encoding", "chunked");
  }

  public static Buffer joined(byte[]... frames) {
    Buffer all = new Buffer();
    for (byte[] frame : frames) {
      all.write(frame);
    }
    return all;
  }

  /** Two chunks: the second, and the end of the body, only if there is a gate and it opens. */
  private record Chunks(Buffer first, @Nullable CountDownLatch gate, Buffer rest)
      implements MockResponseBody {
    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      writeChunk(sink, first.clone());
      if (gate == null) {
        return;
      }
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
      writeChunk(sink, rest.clone());
      sink.writeUtf8("0\r\n\r\n").flush();
    }

    private static void writeChunk(BufferedSink sink, Buffer bytes) throws IOException {
      if (bytes.size() > 0) {
        sink.writeHexadecimalUnsignedLong(bytes.size()).writeUtf8("\r\n");
        sink.writeAll(bytes);
        sink.writeUtf8("\r\n");
      }
      sink.flush();
    }
  }
}
