package consumer.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.mcp.StdioServer;
import dev.sandpiper.mcp.StreamableHttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Two messages over streams, and a server over HTTP that starts and stops. */
final class Main {
  private static final String MESSAGE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n";

  private Main() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    FakeSandboxes fake = new FakeSandboxes();
    try (Sandbox sandbox = fake.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      Answers answers = new Answers();
      StdioServer.serve(tools, new ByteArrayInputStream(MESSAGE.getBytes(UTF_8)), answers);
      answers.expect("\"run_command\"");
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      try (StreamableHttpServer server =
          StreamableHttpServer.start(tools, address, Optional.empty())) {
        if (!server.address().getPath().equals("/mcp")) throw new IllegalStateException();
      }
    }
    System.out.println("the task is done: MCP");
  }

  /** The server answers in threads of its own. */
  private static final class Answers extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      notifyAll();
    }

    synchronized void expect(String text) throws InterruptedException {
      for (long end = System.nanoTime() + 10_000_000_000L; !toString(UTF_8).contains(text); ) {
        if (System.nanoTime() > end) throw new IllegalStateException("no " + text);
        wait(100);
      }
    }
  }
}
