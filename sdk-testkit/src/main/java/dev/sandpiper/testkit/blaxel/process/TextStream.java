package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.blaxel.process.Tailer.Channel;
import dev.sandpiper.testkit.http.Exchange;
import java.io.ByteArrayOutputStream;

/**
 * {@code logs/stream}: text with the channel in front of each piece, even in the middle of a line.
 */
final class TextStream extends ClientStream {
  TextStream(Exchange exchange, Limits limits) {
    super(exchange, limits, "text/plain; charset=utf-8");
  }

  @Override
  void line(Channel channel, byte[] line) {
    write(joined(channel, line, "\n"));
  }

  @Override
  void output(Channel channel, byte[] piece) {
    write(joined(channel, piece, ""));
  }

  private static byte[] joined(Channel channel, byte[] bytes, String end) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(channel.prefix().getBytes(UTF_8));
    all.writeBytes(bytes);
    all.writeBytes(end.getBytes(UTF_8));
    return all.toByteArray();
  }

  @Override
  void message(String text) {
    write(text);
  }

  @Override
  void keepAlive() {}

  @Override
  byte[] strayKeepAlive() {
    return "[keepalive]\n".getBytes(UTF_8);
  }
}
