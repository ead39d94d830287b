package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The connection of a create is cut at every place where the outcome differs. */
class CreateCutsTest {
  private static final Pattern NONCE = Pattern.compile("\"sandpiper-nonce\":\"([^\"]+)\"");

  /** Where the server closes the connection, and what it has sent by then. */
  enum Cut {
    BEFORE_THE_REQUEST(0, 0, ""),
    IN_THE_REQUESTS_HEAD(10, 0, ""),
    IN_THE_REQUESTS_BODY(Integer.MAX_VALUE, 5, ""),
    AFTER_THE_REQUEST(Integer.MAX_VALUE, Integer.MAX_VALUE, ""),
    IN_THE_RESPONSES_HEAD(Integer.MAX_VALUE, Integer.MAX_VALUE, "HTTP/1.1 201 Crea"),
    AFTER_THE_RESPONSES_HEAD(
        Integer.MAX_VALUE, Integer.MAX_VALUE, "HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n"),
    IN_THE_RESPONSES_BODY(
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        "HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{\"sandboxID\": \"is");

    private final int headBytes;
    private final int bodyBytes;
    private final String sent;

    Cut(int headBytes, int bodyBytes, String sent) {
      this.headBytes = headBytes;
      this.bodyBytes = bodyBytes;
      this.sent = sent;
    }
  }

  @ParameterizedTest
  @EnumSource
  void overTheSecondVersionItIsSentAgainUnderItsKey(Cut cut) throws Exception {
    try (Peer peer = new Peer();
        E2bClient client = peer.client()) {
      peer.cut(cut);
      peer.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
      peer.answer(200, "{\"sandboxID\": \"isb1\", \"state\": \"running\"}");
      peer.answer(
          200, "[{\"sandboxID\": \"isb1\", \"metadata\": {\"sandpiper-nonce\": \"NONCE\"}}]");
      assertThat(client.create(SandboxSpec.standard()).detach()).isEqualTo("isb1");
      assertThat(peer.cuts).containsExactly(cut);
      assertThat(peer.lines().subList(0, 2))
          .containsExactly("POST /v2/sandboxes", "GET /sandboxes/isb1");
      assertThat(peer.lines().get(2)).startsWith("GET /v2/sandboxes?");
      assertThat(peer.requests.element()).contains("Idempotency-Key: " + peer.nonce);
    }
  }

  @ParameterizedTest
  @EnumSource
  void overTheFirstVersionItIsLookedForAndNotSentAgain(Cut cut) throws Exception {
    try (Peer peer = new Peer();
        E2bClient client = peer.client()) {
      peer.answer(405, "");
      peer.cut(cut);
      peer.answer(200, "[]");
      peer.answer(200, "[]");
      assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("is unknown");
      assertThat(peer.cuts).containsExactly(cut);
      assertThat(peer.lines()).hasSize(3).first().isEqualTo("POST /v2/sandboxes");
      assertThat(peer.lines().subList(1, 3))
          .allMatch(line -> line.startsWith("GET /v2/sandboxes?"));
    }
  }

  /** E2B's control plane on a socket. It serves one request on each connection. */
  private static final class Peer implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Object> turns = new ConcurrentLinkedQueue<>();
    private final Queue<Cut> cuts = new ConcurrentLinkedQueue<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::serve, "peer");
    private volatile String nonce = "";

    Peer() throws IOException {
      thread.start();
    }

    E2bClient client() {
      String url = "http://127.0.0.1:" + server.getLocalPort();
      return E2bClient.builder()
          .environment(Map.of())
          .apiKey(ScriptedE2b.KEY)
          .apiUrl(url)
          .sandboxUrl(url)
          .build();
    }

    void cut(Cut cut) {
      turns.add(cut);
    }

    void answer(int status, String body) {
      turns.add(
          "HTTP/1.1 "
              + status
              + " x\r\nConnection: close\r\nContent-Length: LENGTH\r\n\r\n"
              + body);
    }

    /** Method and target of each request that was answered. */
    List<String> lines() {
      return requests.stream().map(text -> text.split(" HTTP/", 2)[0]).toList();
    }

    private void serve() {
      try {
        for (Object turn = turns.poll(); !server.isClosed(); turn = turns.poll()) {
          try (Socket socket = server.accept()) {
            // A connection may come before the test has written down what it is answered.
            serve(socket, turn == null ? turns.remove() : turn);
          }
        }
      } catch (IOException e) {
        assertThat(server.isClosed()).isTrue();
      }
    }

    private void serve(Socket socket, Object turn) throws IOException {
      InputStream input = socket.getInputStream();
      if (turn instanceof Cut cut) {
        String head = cut.headBytes == 0 ? "" : head(input, cut.headBytes);
        if (cut.bodyBytes > 0) body(input, head, cut.bodyBytes);
        socket.getOutputStream().write(cut.sent.getBytes(UTF_8));
        cuts.add(cut);
        return;
      }
      String head = head(input, Integer.MAX_VALUE);
      String request = head + body(input, head, Integer.MAX_VALUE);
      requests.add(request);
      Matcher found = NONCE.matcher(request);
      if (found.find()) nonce = found.group(1);
      String[] answer = turn.toString().replace("NONCE", nonce).split("\r\n\r\n", 2);
      String length = String.valueOf(answer[1].getBytes(UTF_8).length);
      String text = answer[0].replace("LENGTH", length) + "\r\n\r\n" + answer[1];
      socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static String head(InputStream input, int limit) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.length() < limit && head.indexOf("\r\n\r\n") < 0) {
        int next = input.read();
        if (next < 0) throw new IOException("the request ends in its head: " + head);
        head.append((char) next);
      }
      return head.toString();
    }

    private static String body(InputStream input, String head, int limit) throws IOException {
      Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
      if (!length.find()) return "";
      return new String(
          input.readNBytes(Math.min(limit, Integer.parseInt(length.group(1)))), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
      server.close();
      try {
        thread.join(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      assertThat(turns).as("answers that nobody asked for").isEmpty();
    }
  }
}
