package dev.sandpiper.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.agent.SandboxTools;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the tools of a sandbox over two streams: MCP over stdio, one message per line. Calls run
 * concurrently, each on a thread of its own.
 */
public final class StdioServer {
  private static final Logger log = LoggerFactory.getLogger(StdioServer.class);
  private static final String SESSION = "stdio";

  private final Protocol protocol;
  private final OutputStream out;
  private final ReentrantLock writing = new ReentrantLock();

  private StdioServer(Protocol protocol, OutputStream out) {
    this.protocol = protocol;
    this.out = out;
  }

  /**
   * Serves until {@code in} ends, then cancels the running calls and returns. Blocks. Closes
   * neither the streams nor the tools, and writes only messages to {@code out}.
   *
   * @throws IOException if {@code in} cannot be read
   */
  public static void serve(SandboxTools tools, InputStream in, OutputStream out)
      throws IOException {
    requireNonNull(in, "in");
    requireNonNull(out, "out");
    Protocol protocol = Protocol.of(requireNonNull(tools, "tools"));
    ExecutorService threads = Executors.newCachedThreadPool(StdioServer::daemon);
    try {
      new StdioServer(protocol, out).read(new MessageLines(in), threads);
    } finally {
      protocol.close();
      threads.shutdown();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "sandpiper-mcp-call");
    thread.setDaemon(true);
    return thread;
  }

  private void read(MessageLines lines, ExecutorService threads) throws IOException {
    for (MessageLines.Line line = lines.next(); line != null; line = lines.next()) {
      if (line.isTooLong()) {
        write(protocol.unreadable("a message is longer than " + MessageLines.LONGEST + " bytes"));
      } else if (!line.text().isBlank()) {
        received(line.text(), threads);
      }
    }
  }

  private void received(String line, ExecutorService threads) {
    Protocol.Received received;
    try {
      received = protocol.receive(SESSION, line);
    } catch (IOException e) {
      log.warn("a line is not a message of MCP: {} characters", line.length());
      write(protocol.unreadable("a line is not a message of JSON-RPC 2.0"));
      return;
    }
    threads.execute(() -> protocol.answer(received).ifPresent(this::write));
  }

  private void write(String message) {
    writing.lock();
    try {
      out.write((message + "\n").getBytes(UTF_8));
      out.flush();
    } catch (IOException e) {
      // The client has disconnected: the end of its other stream will end this server.
      log.warn("a response could not be written: {}", e.getMessage());
    } finally {
      writing.unlock();
    }
  }
}
