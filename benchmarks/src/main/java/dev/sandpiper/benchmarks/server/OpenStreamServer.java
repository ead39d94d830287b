package dev.sandpiper.benchmarks.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.StartEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * E2B with a sandbox whose processes start and then say nothing more, over HTTP/1.1 and HTTP/2:
 * without a thread for each. Prints its port, and ends when its standard input does.
 */
public final class OpenStreamServer extends Handler.Abstract {
  private static final int STREAMS_PER_CONNECTION = 250; // as E2B's edge
  private static final int PID = 7;

  public static void main(String[] args) throws Exception {
    Server server = new Server();
    HttpConfiguration configuration = new HttpConfiguration();
    HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(configuration);
    http2.setMaxConcurrentStreams(STREAMS_PER_CONNECTION);
    http2.setStreamIdleTimeout(0);
    ServerConnector connector =
        new ServerConnector(server, new HttpConnectionFactory(configuration), http2);
    connector.setHost("127.0.0.1");
    connector.setIdleTimeout(0);
    connector.setAcceptQueueSize(1_000);
    server.addConnector(connector);
    server.setHandler(new OpenStreamServer());
    server.start();
    System.out.println(connector.getLocalPort());
    while (System.in.read() >= 0) {} // until whoever measures is done
    System.exit(0);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.setStatus(200);
    if (request.getHttpURI().getPath().endsWith("/process.Process/Start")) {
      boolean isJson =
          String.valueOf(request.getHeaders().get("Content-Type")).endsWith("connect+json");
      response
          .getHeaders()
          .put("Content-Type", "application/connect+" + (isJson ? "json" : "proto"));
      // The callback is never completed: the stream stays open.
      response.write(false, envelope(isJson ? json() : binary()), Callback.NOOP);
    } else {
      response.getHeaders().put("Content-Type", "application/json");
      response.write(true, ByteBuffer.wrap(Answers.e2bSandbox().getBytes(UTF_8)), callback);
    }
    return true;
  }

  private static byte[] json() {
    return ("{\"event\":{\"start\":{\"pid\":" + PID + "}}}").getBytes(UTF_8);
  }

  private static byte[] binary() {
    ProcessEvent start =
        ProcessEvent.newBuilder().setStart(StartEvent.newBuilder().setPid(PID)).build();
    return StartResponse.newBuilder().setEvent(start).build().toByteArray();
  }

  private static ByteBuffer envelope(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .flip();
  }
}
