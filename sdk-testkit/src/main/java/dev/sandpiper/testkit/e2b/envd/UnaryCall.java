package dev.sandpiper.testkit.e2b.envd;

import com.google.protobuf.Message;
import dev.sandpiper.testkit.e2b.connect.Codec;
import dev.sandpiper.testkit.e2b.connect.Gzip;
import dev.sandpiper.testkit.e2b.connect.Limits;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Confinement;
import java.io.IOException;

/**
 * One message in, one out: a plain HTTP request and its response. An error is an HTTP error with a
 * JSON body, whatever the codec.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/#unary-request">Connect unary</a>
 */
final class UnaryCall {
  private final Exchange exchange;
  private final Codec codec;

  UnaryCall(Exchange exchange, Codec codec) {
    this.exchange = exchange;
    this.codec = codec;
  }

  <Q extends Message> void run(RpcMethod.Unary<Q> method, LocalSandbox sandbox, String user)
      throws IOException {
    exchange.set("Accept-Encoding", "gzip");
    byte[] answer;
    boolean compress;
    try {
      RpcRouter.checkVersion(exchange);
      RpcCall call = RpcCall.of(exchange, sandbox, user);
      boolean compressed = RpcRouter.isGzip(exchange.header("Content-Encoding"));
      Q request = request(method, compressed);
      if (call.isOverAtOnce()) throw RpcException.deadlineExceeded();
      answer = codec.print(method.handler().handle(request, call));
      compress = compressed || RpcRouter.acceptsGzip(exchange.header("Accept-Encoding"));
    } catch (RpcException e) {
      fail(exchange, e);
      return;
    } catch (Confinement.OutsideException e) {
      fail(exchange, RpcException.outside(e));
      return;
    }
    exchange.set("Content-Type", String.valueOf(exchange.header("Content-Type")));
    if (compress) exchange.set("Content-Encoding", "gzip");
    exchange.answer(200, compress ? Gzip.compress(answer) : answer);
  }

  private <Q extends Message> Q request(RpcMethod.Unary<Q> method, boolean compressed)
      throws IOException {
    byte[] bytes = exchange.body(Limits.MESSAGE_BYTES);
    if (bytes == null) throw Limits.tooLong(Limits.MESSAGE_BYTES + 1L);
    byte[] message = compressed ? Gzip.expand(bytes, Limits.MESSAGE_BYTES) : bytes;
    return codec.parse(message, method.request());
  }

  static void fail(Exchange exchange, RpcException error) throws IOException {
    exchange.set("Content-Type", "application/json");
    exchange.answer(error.code().status(), GoJson.bytes(error.tree()));
  }
}
