package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** One request on a connection of its own, sent as it is written, and its answer. */
final class RawHttp implements Closeable {
  /**
   * An answer.
   *
   * @param status zero if none came
   */
  record Answer(int status, List<String> headers, ByteString body) {}

  private final Socket socket;

  RawHttp(int port, String method, String target, List<String> headers, byte[] body)
      throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    head.append("Host: localhost\r\nConnection: close\r\n");
    headers.forEach(header -> head.append(header).append("\r\n"));
    if (body.length > 0) head.append("Content-Length: ").append(body.length).append("\r\n");
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.append("\r\n").toString().getBytes(UTF_8));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray());
  }

  /** The bytes of the answer, as they come. */
  InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /** Waits for the end of the answer; after so long without any of it there is none. */
  Answer answer(int patienceMillis) throws IOException {
    socket.setSoTimeout(patienceMillis);
    InputStream in = socket.getInputStream();
    List<String> lines = new ArrayList<>();
    try {
      for (String line = line(in); !line.isEmpty(); line = line(in)) lines.add(line);
    } catch (SocketTimeoutException e) {
      if (lines.isEmpty()) return new Answer(0, List.of(), ByteString.EMPTY);
      throw e;
    }
    int status = Integer.parseInt(lines.remove(0).split(" ", 3)[1]);
    boolean chunked =
        lines.stream().anyMatch(line -> line.matches("(?i)transfer-encoding: *chunked"));
    return new Answer(status, lines, ByteString.copyFrom(chunked ? chunks(in) : in.readAllBytes()));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(line(in), 16);
      body.writeBytes(in.readNBytes(length));
      line(in);
      if (length == 0) return body.toByteArray();
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) throw new IOException("the answer ends within a line: " + line);
      if (next != '\r') line.write(next);
    }
    return line.toString(ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
