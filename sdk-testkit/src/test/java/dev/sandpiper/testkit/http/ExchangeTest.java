package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ExchangeTest {
  private final Server jetty = new Server();
  private final CompletableFuture<Exchange> first = new CompletableFuture<>();
  private final CountDownLatch mayReturn = new CountDownLatch(1);
  private ServerConnector connector;

  @BeforeEach
  void serve() throws Exception {
    connector = new Connectors(Listening.inTheClear()).addTo(jetty, 0);
    jetty.setHandler(new JettyBridge(this::answer));
    jetty.start();
  }

  @AfterEach
  void stop() throws Exception {
    mayReturn.countDown();
    jetty.stop();
    jetty.destroy();
  }

  /** The client has the whole first answer long before its handler returns. */
  private void answer(Exchange exchange) throws IOException {
    exchange.set("Content-Length", "5");
    exchange.stream(200).write("hello".getBytes(US_ASCII));
    if (first.complete(exchange)) {
      awaitRelease();
    }
  }

  private void awaitRelease() throws IOException {
    try {
      mayReturn.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void ask(Socket client) throws IOException {
    client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
  }

  private static String answer(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith("hello")) {
      int next = in.read();
      if (next < 0) {
        return text + "<end>";
      }
      text.append((char) next);
    }
    return text.toString();
  }

  @Test
  void abortingAnAnswerThatTheClientHasLeavesItsConnectionToTheNextRequest() throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
      ask(client);
      assertThat(answer(client)).startsWith("HTTP/1.1 200").endsWith("hello");
      first.get(10, TimeUnit.SECONDS).abort();
      mayReturn.countDown();

      ask(client);
      assertThat(answer(client)).startsWith("HTTP/1.1 200").endsWith("hello");
    }
  }
}
