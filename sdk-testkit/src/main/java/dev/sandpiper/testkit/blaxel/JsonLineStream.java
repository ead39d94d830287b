package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.Tailer.Channel;
import dev.sandpiper.testkit.http.Exchange;
import java.util.Locale;

/** The answer to a streamed start as it is: a document in each line. */
final class JsonLineStream extends StartStream {
  JsonLineStream(Exchange exchange, Limits limits) {
    super(exchange, limits, "application/x-ndjson");
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
    send(channel.name().toLowerCase(Locale.ROOT), data);
  }

  @Override
  void keepAlive() {
    send("keepalive", "");
  }

  @Override
  byte[] strayKeepAlive() {
    return encoded("stdout", "[keepalive]\n");
  }

  @Override
  void failure(String text) {
    send("error", text);
  }

  @Override
  void result(ObjectNode process) {
    send("result", GoJson.text(process));
  }

  private void send(String type, String data) {
    write(encoded(type, data));
  }

  private static byte[] encoded(String type, String data) {
    ObjectNode event = GoJson.object().put("type", type);
    if (!data.isEmpty()) event.put("data", data);
    return (GoJson.text(event) + "\n").getBytes(UTF_8);
  }
}
