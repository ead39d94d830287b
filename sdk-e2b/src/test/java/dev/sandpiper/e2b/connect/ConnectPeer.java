package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.BufferedSink;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Connect server that answers what a test wrote down, and a client without any platform's
 * opinion: it keeps the error that the protocol reports. After each test nothing may be left.
 */
public final class ConnectPeer implements BeforeEachCallback, AfterEachCallback, ConnectErrors {
  static final int BOUND = 64;

  private final MockWebServer server = new MockWebServer();
  private final ConnectionPool connections = new ConnectionPool(8, 5, TimeUnit.MINUTES);

  /** Until the test is over there may be more to say. */
  private final CountDownLatch over = new CountDownLatch(1);

  private @Nullable ClientResources resources;
  private @Nullable ConnectError error;
  private @Nullable Map<String, List<String>> metadata;
  private int status;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    server.start();
    resources = resources(Limits.standard());
  }

  private ClientResources resources(Limits limits) {
    OkHttpClient okHttp = new OkHttpClient.Builder().connectionPool(connections).build();
    return new ClientResources(okHttp, null, limits, Protocols.standard());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      if (context.getExecutionException().isEmpty()) {
        Patience.until(
            "no response is left open",
            () -> connections.connectionCount() == connections.idleConnectionCount());
      }
    } finally {
      over.countDown();
      resources().close();
      connections.evictAll();
      server.close();
    }
    Patience.untilNoThreadIsLeft();
  }

  private ClientResources resources() {
    ClientResources opened = resources;
    if (opened == null) {
      throw new AssertionError("before the test");
    }
    return opened;
  }

  /** A client that speaks this codec and nothing else, with a bound of {@link #BOUND} bytes. */
  public ConnectClient client(Codec codec) {
    return new ConnectClient(
        resources().transport(), server.url("/"), codec, codec, BOUND, CallScope.open());
  }

  /** Likewise, with limits of its own. */
  ConnectClient client(Codec codec, Limits limits) {
    resources().close();
    resources = resources(limits);
    return client(codec);
  }

  static HttpRequest request(ConnectClient client) {
    ApiCall.Rule rule =
        new ApiCall.Rule("test", "POST /a.Service/Method", ApiCall.Repetition.IF_UNSENT, "");
    return client.request(() -> rule, "it");
  }

  public void answer(MockResponse response) {
    server.enqueue(response);
  }

  /** An answer with this head, {@code Name: value} each, and body. */
  public void answer(int status, ByteString body, String... headers) {
    MockResponse.Builder response = new MockResponse.Builder().code(status);
    for (String header : headers) {
      response.addHeader(header);
    }
    answer(response.body(new okio.Buffer().write(body)).build());
  }

  public void answer(int status, String body, String... headers) {
    answer(status, ByteString.encodeUtf8(body), headers);
  }

  /** A body that begins at once and then says the same again and again, with pauses. */
  public MockResponse steady(String contentType, String first, String again, Duration pause) {
    MockResponseBody body =
        new MockResponseBody() {
          @Override
          public long getContentLength() {
            return -1;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            write(sink, first);
            try {
              while (!over.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                write(sink, again);
              }
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    return new MockResponse.Builder()
        .addHeader(contentType)
        .body(body)
        .setHeader("Transfer-Encoding", "chunked")
        .build();
  }

  private static void write(BufferedSink sink, String hex) throws IOException {
    if (!hex.isEmpty()) {
      ByteString bytes = ByteString.decodeHex(hex);
      sink.writeHexadecimalUnsignedLong(bytes.size()).write("\r\n".getBytes(UTF_8));
      sink.write(bytes).write("\r\n".getBytes(UTF_8));
    }
    sink.flush();
  }

  public RecordedRequest take() throws InterruptedException {
    RecordedRequest request = server.takeRequest(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request came");
    }
    return request;
  }

  public int requests() {
    return server.getRequestCount();
  }

  @Override
  public SandboxException of(ConnectFailure failure) {
    error = failure.error();
    metadata = failure.response().headers().toMultimap();
    status = failure.response().status();
    return new PlatformException(failure.response().failure("refused"));
  }

  @Override
  public SandboxException ofEnd(ConnectError ended, ConnectEnd end, Failure said) {
    error = ended;
    metadata = end.trailers();
    return new PlatformException(said.withObserved("ended"));
  }

  /** What the protocol calls the failure. */
  ConnectError error() {
    ConnectError reported = error;
    if (reported == null) {
      throw new AssertionError("no error was reported");
    }
    return reported;
  }

  /** What came beside the failure: all headers, or the trailers of a stream. */
  Map<String, List<String>> metadata() {
    Map<String, List<String>> reported = metadata;
    if (reported == null) {
      throw new AssertionError("no error was reported");
    }
    return reported;
  }

  /** The HTTP status beside the error of {@link #error}. */
  int status() {
    return status;
  }
}
