package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. Every call blocks until the bytes are read or written, so a slow
 * client slows down the handler. For one thread, except {@link #abort}.
 */
public final class Exchange {
  public static final ObjectMapper json = new ObjectMapper();

  private static final int DRAINED_BYTES = 256 * 1024;

  private final Request request;
  private final Response response;
  private final BodyStream body;
  private volatile boolean failed;
  private volatile @Nullable Intrusions intrusions;

  Exchange(Request request, Response response) {
    this.request = request;
    this.response = response;
    this.body = new BodyStream(Content.Source.asInputStream(request));
    request.addFailureListener(failure -> failed = true);
  }

  public String method() {
    return request.getMethod();
  }

  /** The path as it was sent, still percent-encoded. */
  public String path() {
    String path = request.getHttpURI().getPath();
    return path == null ? "" : path;
  }

  public Query query() {
    return Query.parse(request.getHttpURI().getQuery());
  }

  @Nullable String rawQuery() {
    return request.getHttpURI().getQuery();
  }

  public @Nullable String header(String name) {
    return request.getHeaders().get(name);
  }

  /** The host that the client addresses; null if it is missing. */
  public @Nullable String authority() {
    return isHttp2() ? request.getHttpURI().getAuthority() : header("Host");
  }

  public Iterable<HttpField> headers() {
    return request.getHeaders();
  }

  public InputStream body() {
    return body;
  }

  /** Reads the whole body, or null if it is longer than the limit. */
  public byte @Nullable [] body(int limitBytes) throws IOException {
    byte[] bytes = body.readNBytes(limitBytes);
    return body.read() < 0 ? bytes : null;
  }

  public void set(String name, String value) {
    response.getHeaders().put(name, value);
  }

  public void add(String name, String value) {
    response.getHeaders().add(name, value);
  }

  public void remove(String name) {
    response.getHeaders().remove(name);
  }

  /** Responds with a body of known length. */
  public void answer(int status, byte[] bytes) throws IOException {
    Intrusions strays = intrusions;
    if (strays != null && !strays.isEmpty()) {
      answerIntruded(strays.take(), bytes);
      return;
    }
    response.setStatus(status);
    Content.Sink.write(response, true, ByteBuffer.wrap(bytes));
  }

  /** The status and type are those of the stray bytes, regardless of the intended response. */
  private void answerIntruded(byte[] strays, byte[] bytes) throws IOException {
    response.setStatus(200);
    set("Content-Type", "text/plain; charset=utf-8");
    byte[] all = Arrays.copyOf(strays, strays.length + bytes.length);
    System.arraycopy(bytes, 0, all, strays.length, bytes.length);
    Content.Sink.write(response, true, ByteBuffer.wrap(all));
  }

  /** Whether {@link #intrude} may inject bytes into this response from now on. */
  public void allowIntrusions(boolean allowed) {
    intrusions = allowed ? new Intrusions() : null;
  }

  /**
   * Injects foreign bytes into the response, from any thread: before it if it has not begun,
   * otherwise in its middle. False if that was not allowed.
   */
  public boolean intrude(byte[] bytes) {
    Intrusions strays = intrusions;
    if (strays == null) return false;
    strays.add(bytes);
    return true;
  }

  public void answer(int status) throws IOException {
    answer(status, new byte[0]);
  }

  public void json(int status, JsonNode tree) throws IOException {
    set("Content-Type", "application/json; charset=utf-8");
    answer(status, GoJson.bytes(tree));
  }

  /** Responds with an error in the form of E2B's plain HTTP endpoints. */
  public void failure(int status, String message) throws IOException {
    set("Content-Type", "application/json; charset=utf-8");
    set("X-Content-Type-Options", "nosniff");
    JsonNode tree = GoJson.object().put("code", status).put("message", message);
    answer(status, (GoJson.text(tree) + "\n").getBytes(UTF_8));
  }

  public void text(int status, String text) throws IOException {
    set("Content-Type", "text/plain; charset=utf-8");
    set("X-Content-Type-Options", "nosniff");
    answer(status, ExactPath.bytes(text + "\n"));
  }

  public void pageNotFound() throws IOException {
    text(404, "404 page not found");
  }

  public void methodNotAllowed(List<String> allowed) throws IOException {
    allowed.forEach(method -> add("Allow", method));
    answer(405);
  }

  /**
   * Begins a response, of unknown length if no {@code Content-Length} was set. Each write is
   * flushed when it returns; without a length it is one chunk.
   */
  public OutputStream stream(int status) {
    response.setStatus(status);
    long length = response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    OutputStream out =
        length > 0 ? new AnnouncedBody(response, length) : Content.Sink.asOutputStream(response);
    Intrusions strays = intrusions;
    return strays == null ? out : strays.into(out, length);
  }

  /** Reads the small rest of the body, so that the client can read the response. */
  public void drain() throws IOException {
    body.readNBytes(DRAINED_BYTES);
  }

  /**
   * Aborts the response, from any thread: no status, no last chunk. On HTTP/2 that is the stream,
   * and the others of its connection continue. A complete response is not affected, because its
   * connection may already have another request.
   */
  public void abort() {
    if (response.hasLastWrite()) return;
    Connection connection = request.getConnectionMetaData().getConnection();
    if (connection instanceof HTTP2Connection http2) {
      Stream stream = http2.getSession().getStream(Integer.parseInt(request.getId()));
      if (stream != null) {
        int error = ErrorCode.INTERNAL_ERROR.code;
        stream.reset(new ResetFrame(stream.getId(), error), Callback.NOOP);
      }
    } else {
      connection.getEndPoint().close();
    }
  }

  /**
   * Whether the client has disconnected. Call this between two writes, once the body has been read
   * to its end: on HTTP/1 a disconnect is the end of the input, which is not checked otherwise
   * during a response. A client that sends something instead has violated the protocol and counts
   * as disconnected.
   */
  public boolean isClientGone() throws IOException {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    if (failed || !endPoint.isOpen() || endPoint.isInputShutdown()) return true;
    HttpVersion version = request.getConnectionMetaData().getHttpVersion();
    return version.getVersion() <= HttpVersion.HTTP_1_1.getVersion()
        && endPoint.fill(BufferUtil.allocate(1)) != 0;
  }

  /** A header's value as bytes, since Jetty reads headers as Latin-1. */
  public static byte[] headerBytes(String value) {
    return value.getBytes(ISO_8859_1);
  }

  /** On HTTP/2 a body of unknown length is not announced: this waits for it, or for the end. */
  boolean isBodyless() throws IOException {
    if (request.getLength() >= 0) return request.getLength() == 0;
    return isHttp2()
        ? body.isAtEnd()
        : !request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  private boolean isHttp2() {
    return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
  }
}
