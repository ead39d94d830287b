package dev.sandpiper.mcp;

import dev.sandpiper.SandboxException;
import dev.sandpiper.mcp.McpOptions.UsageException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An MCP server as a program: {@code java -cp 'sdk-mcp/target/mcp/*' dev.sandpiper.mcp.McpCommand}.
 * Over stdio it serves until its input ends or a signal arrives, over HTTP until a signal arrives;
 * then it kills the sandbox that it created. Exits with 2 if its arguments are wrong, with 1 if it
 * cannot start.
 */
public final class McpCommand {
  private final McpOptions options;
  private final PrintStream log;
  private final ReentrantLock opening = new ReentrantLock();

  private McpCommand(McpOptions options, PrintStream log) {
    this.options = options;
    this.log = log;
  }

  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    if (words.contains("--help")) {
      System.out.print(McpOptions.USAGE);
      return;
    }
    // From here on stdout is for the protocol only: other output goes to stderr.
    System.setOut(System.err);
    System.exit(run(words));
  }

  private static int run(List<String> words) {
    try {
      new McpCommand(McpOptions.of(words, System.getenv()), System.err).serve();
      return 0;
    } catch (UsageException e) {
      System.err.println(e.getMessage() + ". --help shows the options.");
      return 2;
    } catch (SandboxException | IOException | IllegalArgumentException e) {
      System.err.println("The MCP server ended: " + e.getMessage());
      return 1;
    }
  }

  @SuppressWarnings("try") // the resource is only closed
  private void serve() throws IOException {
    try (ServedSandbox served = opened()) {
      log.println("MCP server with the sandbox " + served.id());
      if (options.httpPort().isPresent()) {
        overHttp(served, options.httpPort().getAsInt());
      } else {
        StdioServer.serve(served.tools(), System.in, new FileOutputStream(FileDescriptor.out));
      }
    }
  }

  /** A signal that arrives while the sandbox is being created waits for it, and then kills it. */
  private ServedSandbox opened() {
    Ending ending = new Ending(opening);
    Runtime.getRuntime().addShutdownHook(new Thread(ending, "sandpiper-mcp-end"));
    opening.lock();
    try {
      ServedSandbox served = ServedSandbox.open(options);
      ending.closes(served);
      return served;
    } finally {
      opening.unlock();
    }
  }

  private void overHttp(ServedSandbox served, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(options.bind(), port);
    if (address.isUnresolved()) {
      throw new IOException("there is no address " + options.bind());
    }
    try (StreamableHttpServer server =
        StreamableHttpServer.start(served.tools(), address, options.token())) {
      log.println("serving " + server.address());
      new CountDownLatch(1).await(); // until a signal ends this program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
