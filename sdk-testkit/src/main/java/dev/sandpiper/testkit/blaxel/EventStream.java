package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.Tailer.Channel;
import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;
import java.util.Locale;

/**
 * The answer to a streamed start as the documentation has it: {@code event: stdout} or {@code
 * stderr} with text, comments to keep the connection, and a last event with the process.
 */
final class EventStream extends StartStream {
  static final String CONTENT_TYPE = "text/event-stream";

  EventStream(Exchange exchange, Limits limits) {
    super(exchange, limits, CONTENT_TYPE);
  }

  @Override
  public void line(Channel channel, byte[] line) {
    event(channel, GoJson.decode(line) + "\n");
  }

  @Override
  public void output(Channel channel, byte[] piece) {
    event(channel, GoJson.decode(piece));
  }

  @Override
  public void message(String text) {
    event(Channel.STDOUT, text);
  }

  private void event(Channel channel, String data) {
    write(frame(channel.name().toLowerCase(Locale.ROOT), data));
  }

  @Override
  void keepAlive() {
    write(": keepalive\n\n");
  }

  @Override
  byte[] strayKeepAlive() {
    return new byte[0];
  }

  @Override
  void failure(String text) {
    write(frame("error", GoJson.text(GoJson.object().put("error", text))));
  }

  @Override
  void result(ObjectNode process) {
    write(frame("result", GoJson.text(process)));
  }

  /** Answers with a status of its own and one event that says why. */
  static void refuse(Exchange exchange, int status, String text) throws IOException {
    exchange.set("Content-Type", CONTENT_TYPE);
    String data = GoJson.text(GoJson.object().put("error", text));
    exchange.answer(status, frame("error", data).getBytes(UTF_8));
  }

  /** An event; each line of its data stands in a line of its own. */
  static String frame(String event, String data) {
    String lines = data.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\ndata: ");
    return "event: " + event + "\ndata: " + lines + "\n\n";
  }
}
