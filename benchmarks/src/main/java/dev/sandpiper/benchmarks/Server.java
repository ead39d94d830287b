package dev.sandpiper.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/** A server in a process of its own, which prints its port and ends with its standard input. */
record Server(Process process, String url) implements AutoCloseable {

  static Server start(Class<?> main) throws IOException {
    Process process = Program.withServers("server", main).start();
    String port =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
    if (port == null) throw new IOException("the server ended before it printed its port");
    return new Server(process, "http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
