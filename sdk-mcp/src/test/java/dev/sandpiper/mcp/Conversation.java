package dev.sandpiper.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.agent.SandboxTools;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's end of a server over stdio in this JVM: raw lines there, each answer as it came. */
final class Conversation implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PipedOutputStream in = new PipedOutputStream();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> end;

  Conversation(SandboxTools tools) throws IOException {
    PipedInputStream served = new PipedInputStream(in, 1 << 16);
    end = CompletableFuture.runAsync(() -> serve(tools, served));
  }

  private void serve(SandboxTools tools, PipedInputStream served) {
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new IllegalStateException("a message is written in one piece");
          }

          @Override
          public void write(byte[] message) {
            answers.add(new String(message, UTF_8));
          }
        };
    try {
      StdioServer.serve(tools, served, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(String line) throws IOException {
    in.write((line + "\n").getBytes(UTF_8));
    in.flush();
  }

  void call(int id, String tool, String arguments) throws IOException {
    send(
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":%s}}"
            .formatted(id, tool, arguments));
  }

  JsonNode next() throws IOException, InterruptedException {
    String line = requireNonNull(answers.poll(20, TimeUnit.SECONDS), "no answer came");
    return JSON.readTree(line);
  }

  /** What the model reads of a call that could not do what it was asked. */
  String errorOf(String tool, String arguments) throws IOException, InterruptedException {
    call(7, tool, arguments);
    JsonNode result = next().path("result");
    if (!result.path("isError").asBoolean()) {
      throw new AssertionError("this was to be an error: " + result);
    }
    return result.path("content").path(0).path("text").asText();
  }

  @Nullable String left() {
    return answers.poll();
  }

  /** Ends the input, and waits until the server has returned. */
  @Override
  public void close() throws IOException {
    in.close();
    end.orTimeout(20, TimeUnit.SECONDS).join();
  }
}
