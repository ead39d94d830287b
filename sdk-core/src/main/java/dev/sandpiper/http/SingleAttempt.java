package dev.sandpiper.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets each call reach the network only once. OkHttp retries some requests even with its retries
 * off ({@code 503} with {@code Retry-After: 0}, {@code 421}), so the header that triggers it is
 * hidden from OkHttp, and a second attempt fails.
 *
 * <p>Runs once the connection is established, and before the first byte of the request.
 */
record SingleAttempt(FreshConnections fresh) implements Interceptor {
  private static final Logger log = LoggerFactory.getLogger(SingleAttempt.class);
  private static final String RETRY_AFTER = "Retry-After";

  @Override
  public Response intercept(Chain chain) throws IOException {
    WatchedCall call = WatchedCall.of(chain.call().request());
    if (Thread.currentThread().isInterrupted()) {
      // Checked before writing: a frame cut by the interrupt would break all streams of a shared
      // connection.
      throw new InterruptedIOException("interrupted before anything was sent");
    }
    Connection connection = requireNonNull(chain.connection());
    sendAtOnce(connection.socket());
    FreshConnections.Settling settling = settling(connection, call);
    try {
      return proceed(chain, call);
    } finally {
      if (settling != null) {
        settling.settle();
      }
    }
  }

  /**
   * Disables Nagle's algorithm: OkHttp writes a longer request in several pieces, and the last one
   * would wait for the acknowledgement of the others, which a peer may delay by 40 ms.
   */
  private static void sendAtOnce(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
    } catch (SocketException e) {
      // Not a TCP socket, which needs no such option; or closed, which the request will report.
      log.debug("could not set TCP_NODELAY: {}", e.getMessage());
    }
  }

  private FreshConnections.@Nullable Settling settling(Connection connection, WatchedCall call)
      throws IOException {
    ConnectTurns.Turn turn = call.turn();
    if (connection.protocol() == Protocol.HTTP_1_1) {
      call.hasConnection(connection);
      if (turn != null) {
        turn.endForAll();
      }
      return null;
    }
    if (turn == null) {
      return null; // a client that speaks one version only
    }
    turn.keepOrder();
    call.sharesConnection(connection);
    return fresh.use(connection, turn);
  }

  private static Response proceed(Chain chain, WatchedCall call) throws IOException {
    if (!call.markSent()) {
      throw new IOException("OkHttp tried to send the request a second time");
    }
    call.awaitingResponse();
    Response response = chain.proceed(chain.request());
    if (response.body().contentLength() < -1) {
      // OkHttp could neither read such a body nor release its connection.
      throw new ProtocolException("negative Content-Length");
    }
    String retryAfter = response.header(RETRY_AFTER);
    if (retryAfter == null) {
      return response;
    }
    call.keepRetryAfter(retryAfter);
    return response.newBuilder().removeHeader(RETRY_AFTER).build();
  }
}
