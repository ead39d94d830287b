package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.process.Tailer.Channel;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import java.io.IOException;

/** A streamed response to a start. */
abstract class StartStream extends ClientStream {
  private StartStream(Exchange exchange, Limits limits, String contentType) {
    super(exchange, limits, contentType);
  }

  @Override
  void line(Channel channel, byte[] line) {
    event(channel.wireName(), GoJson.decode(line) + "\n");
  }

  @Override
  void output(Channel channel, byte[] piece) {
    event(channel.wireName(), GoJson.decode(piece));
  }

  @Override
  void message(String text) {
    event(Channel.STDOUT.wireName(), text);
  }

  /** The last event of a start that did not fail. */
  void result(ObjectNode process) {
    event("result", GoJson.text(process));
  }

  /** The last event of a start that failed after the head was sent. */
  void failure(String text) {
    event("error", text);
  }

  abstract void event(String type, String data);

  /** The actual stream: one JSON document per line. */
  static final class JsonLines extends StartStream {
    JsonLines(Exchange exchange, Limits limits) {
      super(exchange, limits, "application/x-ndjson");
    }

    @Override
    void keepAlive() {
      event("keepalive", "");
    }

    @Override
    byte[] strayKeepAlive() {
      return encoded("stdout", "[keepalive]\n");
    }

    @Override
    void event(String type, String data) {
      write(encoded(type, data));
    }

    private static byte[] encoded(String type, String data) {
      ObjectNode event = GoJson.object().put("type", type);
      if (!data.isEmpty()) event.put("data", data);
      return (GoJson.text(event) + "\n").getBytes(UTF_8);
    }
  }

  /** The documented stream, with comments as keep-alives. */
  static final class ServerSentEvents extends StartStream {
    static final String CONTENT_TYPE = "text/event-stream";

    ServerSentEvents(Exchange exchange, Limits limits) {
      super(exchange, limits, CONTENT_TYPE);
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
      event("error", error(text));
    }

    private static String error(String text) {
      return GoJson.text(GoJson.object().put("error", text));
    }

    @Override
    void event(String type, String data) {
      write(frame(type, data));
    }

    /** Responds with a status of its own and one event with the reason. */
    static void refuse(Exchange exchange, int status, String text) throws IOException {
      exchange.set("Content-Type", CONTENT_TYPE);
      exchange.answer(status, frame("error", error(text)).getBytes(UTF_8));
    }

    /** Each line of the data is a line of its own. */
    private static String frame(String event, String data) {
      String lines = data.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\ndata: ");
      return "event: " + event + "\ndata: " + lines + "\n\n";
    }
  }
}
