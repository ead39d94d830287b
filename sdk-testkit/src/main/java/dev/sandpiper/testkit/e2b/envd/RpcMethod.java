package dev.sandpiper.testkit.e2b.envd;

import com.google.protobuf.Message;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One method of a service: an empty request message, and the handler. */
sealed interface RpcMethod {
  /** One message each way. */
  record Unary<Q extends Message>(Q request, UnaryHandler<Q> handler) implements RpcMethod {}

  /** One message in, any number out. */
  record ServerStream<Q extends Message>(Q request, ServerStreamHandler<Q> handler)
      implements RpcMethod {}

  /** Any number in, one out. */
  record ClientStream<Q extends Message>(Q request, ClientStreamHandler<Q> handler)
      implements RpcMethod {}

  /** Handles a call, or throws {@link RpcException}. */
  @FunctionalInterface
  interface UnaryHandler<Q extends Message> {
    Message handle(Q request, RpcCall call) throws IOException;
  }

  /** Sends messages until it returns, or throws {@link RpcException}. */
  @FunctionalInterface
  interface ServerStreamHandler<Q extends Message> {
    void handle(Q request, RpcCall call, MessageSink answers)
        throws IOException, InterruptedException;
  }

  /** Receives all messages, then responds or throws {@link RpcException}. */
  @FunctionalInterface
  interface ClientStreamHandler<Q extends Message> {
    Message handle(MessageSource<Q> messages, RpcCall call) throws IOException;
  }

  /** Receives a stream's messages. Each has been sent when {@code send} returns. */
  @FunctionalInterface
  interface MessageSink {
    void send(Message message) throws IOException;
  }

  /** Provides a stream's messages; null at its end. */
  @FunctionalInterface
  interface MessageSource<Q extends Message> {
    @Nullable Q next() throws IOException;
  }
}
