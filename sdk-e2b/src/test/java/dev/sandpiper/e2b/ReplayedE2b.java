package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto.ListResponse;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * The whole client over bytes in memory, fast enough for thousands of cuts: starts are answered
 * with a replayed stream, lists show that the process runs, and attaching to it finds nothing.
 */
final class ReplayedE2b implements AutoCloseable {
  private final Codec codec;
  private final E2bClient client;
  private final E2bSandbox sandbox;
  private Source stream = new Buffer();
  private String nonce = "";

  ReplayedE2b(E2bCodec option) {
    codec = Codec.of(option);
    client =
        E2bClient.builder()
            .environment(Map.of())
            .apiKey("e2b_1")
            .apiUrl("http://replayed.test")
            .sandboxUrl("http://replayed.test")
            .codec(option)
            .reattachLimit(Duration.ZERO)
            .httpClient(new OkHttpClient.Builder().addInterceptor(this::answer).build())
            .build();
    sandbox = client.connect(ScriptedE2b.SANDBOX);
  }

  E2bSandbox sandbox() {
    return sandbox;
  }

  /** The next start is answered with the first {@code length} bytes, so many at a time. */
  void replay(byte[] bytes, int length, long atATime) {
    boolean cut = length < bytes.length;
    stream =
        new ForwardingSource(new Buffer().write(bytes, 0, length)) {
          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            long count = super.read(sink, Math.min(byteCount, atATime));
            if (count < 0 && cut) {
              throw new java.net.ProtocolException("unexpected end of stream");
            }
            return count;
          }
        };
  }

  private Response answer(Interceptor.Chain chain) throws IOException {
    Request request = chain.request();
    return switch (request.url().encodedPath()) {
      case "/process.Process/Start" -> {
        nonce = nonce(request);
        yield answer(request, 200, codec.streamType(), stream);
      }
      case "/process.Process/List" ->
          answer(
              request,
              200,
              codec.unaryType(),
              new Buffer()
                  .write(
                      codec.encode(
                          ListResponse.newBuilder()
                              .addProcesses(Frames.running(7, nonce))
                              .build())));
      case "/process.Process/Connect" ->
          answer(
              request,
              200,
              codec.streamType(),
              new Buffer().write(Frames.error("not_found", "no such process")));
      case "/health" -> answer(request, 204, "text/plain", new Buffer());
      default ->
          answer(
              request,
              200,
              "application/json",
              new Buffer().write(ScriptedE2b.sandboxJson("0.6.13").getBytes(UTF_8)));
    };
  }

  private String nonce(Request request) throws IOException {
    Buffer body = new Buffer();
    if (request.body() != null) {
      request.body().writeTo(body);
    }
    byte[] message = Frames.message(body.readByteString()).toByteArray();
    return codec.decode(message, StartRequest.getDefaultInstance()).getTag();
  }

  private static Response answer(Request request, int status, String contentType, Source body) {
    return new Response.Builder()
        .request(request)
        .protocol(Protocol.HTTP_1_1)
        .code(status)
        .message("")
        .header("Content-Type", contentType)
        .body(ResponseBody.create(Okio.buffer(body), MediaType.get(contentType), -1))
        .build();
  }

  @Override
  public void close() {
    client.close();
  }
}
