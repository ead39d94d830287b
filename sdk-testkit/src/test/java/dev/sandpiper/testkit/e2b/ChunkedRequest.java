package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sandpiper.testkit.e2b.envd.Envd;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;

/** A POST whose body is written piece by piece, each on the wire at once. */
final class ChunkedRequest implements AutoCloseable {
  private final Socket socket;

  ChunkedRequest(TestSandbox sandbox, String target) throws IOException {
    URI edge = URI.create(sandbox.server().environment("E2B_SANDBOX_URL"));
    socket = new Socket(edge.getHost(), edge.getPort());
    write(
        String.join(
                "\r\n",
                "POST " + target + " HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "E2b-Sandbox-Id: " + sandbox.id(),
                "E2b-Sandbox-Port: " + Envd.PORT,
                "X-Access-Token: " + sandbox.token(),
                "Content-Type: application/connect+json",
                "Transfer-Encoding: chunked")
            + "\r\n\r\n");
  }

  void message(String json) throws IOException {
    byte[] envelope = TestSandbox.envelope(json);
    write(
        Integer.toHexString(envelope.length) + "\r\n" + new String(envelope, ISO_8859_1) + "\r\n");
  }

  boolean isAnswered() throws IOException {
    return socket.getInputStream().available() > 0;
  }

  /** Ends the body and returns the whole answer, its chunks and envelopes as they are. */
  String end() throws IOException {
    write("0\r\n\r\n");
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
