package dev.sandpiper.benchmarks.clients;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;

/** The floor below every client: sends a request and reads what comes, and looks at none of it. */
final class RawSocket {
  private final URI server;
  private final byte[] buffer = new byte[64 * 1024];

  RawSocket(String server) {
    this.server = URI.create(server);
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(server.getHost(), server.getPort());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static byte[] request(String path, String type, String body, String connection) {
    String head =
        String.join(
            "\r\n",
            "POST " + path + " HTTP/1.1",
            "Host: x",
            "Content-Type: " + type,
            "Connection: " + connection,
            "Content-Length: " + body.length());
    return (head + "\r\n\r\n" + body).getBytes(US_ASCII);
  }

  /** Reads a stream to its end, and returns how many bytes that were. */
  long discard(String path, String type, String body) throws IOException {
    try (Socket socket = open()) {
      socket.getOutputStream().write(request(path, type, body, "close"));
      InputStream in = socket.getInputStream();
      long bytes = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) bytes += count;
      return bytes;
    }
  }

  /** Reads a file to its end. */
  void download(String path) throws IOException {
    try (Socket socket = open()) {
      String head = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(US_ASCII));
      InputStream in = socket.getInputStream();
      for (int count = 0; count >= 0; count = in.read(buffer)) {}
    }
  }

  /** Sends a file of zeros, and waits for the answer. */
  void upload(String path, long bytes) throws IOException {
    try (Socket socket = open()) {
      String head =
          "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + bytes;
      OutputStream out = socket.getOutputStream();
      out.write((head + "\r\n\r\n").getBytes(US_ASCII));
      for (long left = bytes; left > 0; left -= buffer.length) {
        out.write(buffer, 0, (int) Math.min(left, buffer.length));
      }
      if (socket.getInputStream().read() < 0) throw new IOException("the server has closed");
    }
  }

  /** Calls that are answered in one read each, over one connection. */
  void call(int times, String path, String type, String body) throws IOException {
    byte[] request = request(path, type, body, "keep-alive");
    try (Socket socket = open()) {
      for (int i = 0; i < times; i++) {
        socket.getOutputStream().write(request);
        if (socket.getInputStream().read(buffer) < 0)
          throw new IOException("the server has closed");
      }
    }
  }

  /** For each message how long its time was under way. */
  long[] ticks(String path, String type, String body, int count) throws IOException {
    Ticks ticks = new Ticks(count);
    try (Socket socket = open()) {
      socket.getOutputStream().write(request(path, type, body, "close"));
      InputStream in = socket.getInputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        ticks.look(buffer, read);
      }
    }
    return ticks.all();
  }
}
