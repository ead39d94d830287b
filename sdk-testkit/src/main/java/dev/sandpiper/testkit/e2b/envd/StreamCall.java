package dev.sandpiper.testkit.e2b.envd;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.sandpiper.testkit.e2b.connect.Codec;
import dev.sandpiper.testkit.e2b.connect.EnvelopeReader;
import dev.sandpiper.testkit.e2b.connect.Gzip;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Confinement;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A call with a stream in one direction. The status is always 200; the outcome is in the last
 * envelope, which is JSON in both codecs.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/#streaming-response">Connect streaming</a>
 */
final class StreamCall {
  private static final int COMPRESSED = 0b01;
  private static final int END_STREAM = 0b10;

  private final Exchange exchange;
  private final Codec codec;
  private boolean compress;
  private @Nullable OutputStream out;

  StreamCall(Exchange exchange, Codec codec) {
    this.exchange = exchange;
    this.codec = codec;
  }

  void run(RpcMethod method, LocalSandbox sandbox, String user) throws IOException {
    RpcException error = null;
    try {
      RpcRouter.checkVersion(exchange);
      boolean gzip = RpcRouter.isGzip(exchange.header("Connect-Content-Encoding"));
      compress = gzip || RpcRouter.acceptsGzip(exchange.header("Connect-Accept-Encoding"));
      RpcCall call = RpcCall.of(exchange, sandbox, user);
      EnvelopeReader requests = new EnvelopeReader(exchange.body(), codec, gzip);
      if (method instanceof RpcMethod.ServerStream<?> serverStream) {
        answerMany(serverStream, requests, call);
      } else if (method instanceof RpcMethod.ClientStream<?> clientStream) {
        takeMany(clientStream, requests, call);
      }
    } catch (RpcException e) {
      error = e;
    } catch (Confinement.OutsideException e) {
      error = RpcException.outside(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is stopping");
    }
    end(error);
  }

  /** Responds with an error only, for a call that is rejected before it is processed. */
  static void refuse(Exchange exchange, String contentType, RpcException error) throws IOException {
    exchange.set("Content-Type", contentType);
    exchange.answer(200, envelope(END_STREAM, lastMessage(error)));
  }

  private <Q extends Message> void answerMany(
      RpcMethod.ServerStream<Q> method, EnvelopeReader requests, RpcCall call)
      throws IOException, InterruptedException {
    Q request = requests.next(method.request());
    if (request == null) throw RpcException.unimplemented("unary request has zero messages");
    if (requests.next(method.request()) != null) {
      throw RpcException.unimplemented("unary request has multiple messages");
    }
    method.handler().handle(request, call, this::send);
  }

  private <Q extends Message> void takeMany(
      RpcMethod.ClientStream<Q> method, EnvelopeReader requests, RpcCall call) throws IOException {
    send(method.handler().handle(() -> requests.next(method.request()), call));
  }

  private void send(Message message) throws IOException {
    write(0, codec.print(message));
  }

  private void end(@Nullable RpcException error) throws IOException {
    write(END_STREAM, lastMessage(error));
  }

  private static byte[] lastMessage(@Nullable RpcException error) {
    ObjectNode tree = GoJson.object();
    if (error != null) tree.set("error", error.tree());
    return GoJson.bytes(tree);
  }

  private void write(int flags, byte[] message) throws IOException {
    out()
        .write(
            compress
                ? envelope(flags | COMPRESSED, Gzip.compress(message))
                : envelope(flags, message));
  }

  private static byte[] envelope(int flags, byte[] payload) {
    ByteBuffer envelope = ByteBuffer.allocate(5 + payload.length);
    return envelope.put((byte) flags).putInt(payload.length).put(payload).array();
  }

  private OutputStream out() {
    if (out == null) {
      exchange.set("Content-Type", String.valueOf(exchange.header("Content-Type")));
      exchange.set("Connect-Accept-Encoding", "gzip");
      if (compress) exchange.set("Connect-Content-Encoding", "gzip");
      out = exchange.stream(200);
    }
    return out;
  }
}
