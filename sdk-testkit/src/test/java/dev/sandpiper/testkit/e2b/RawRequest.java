package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;

/** Requests as text, for headers that an HTTP client does not let through. */
final class RawRequest {
  private RawRequest() {}

  /** Sends a head, asks for the connection's end, and returns all that comes. */
  static String get(String url, String target, String... headers) throws IOException {
    URI uri = URI.create(url);
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      String head =
          "GET "
              + target
              + " HTTP/1.1\r\n"
              + String.join("\r\n", headers)
              + "\r\nConnection: close";
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
