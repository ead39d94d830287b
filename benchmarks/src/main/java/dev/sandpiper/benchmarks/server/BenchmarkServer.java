package dev.sandpiper.benchmarks.server;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Answers as both platforms do, with bytes that stand ready: one thread a connection, blocking, and
 * no more of HTTP/1.1 than the measured clients send. Prints its port, and ends when its standard
 * input does.
 */
public final class BenchmarkServer {
  private BenchmarkServer() {}

  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
      daemon(() -> accept(server));
      System.out.println(server.getLocalPort());
      while (System.in.read() >= 0) {} // until whoever measures is done
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static void accept(ServerSocket server) {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        daemon(() -> serve(socket));
      }
    } catch (IOException e) {
      if (!server.isClosed()) throw new UncheckedIOException(e);
    }
  }

  private static void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
      String host = "http://127.0.0.1:" + socket.getLocalPort();
      for (Request request = Request.read(in); request != null; request = Request.read(in)) {
        Answers.to(request, host, out);
        out.flush();
        if (request.headers().contains("connection: close")) return;
      }
    } catch (IOException e) {
      // A client that has what it wanted resets its connection; what else it may be, it sees too.
      System.err.println("benchmark server: " + e);
    }
  }
}
