package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Puts the lines of each channel together across pieces of output. Used by one thread. */
final class LineSplitter implements OutputListener {
  private static final int LONGEST = 1 << 20;

  private final BiConsumer<Channel, String> consumer;
  private final Map<Channel, StringBuilder> begun = new EnumMap<>(Channel.class);

  LineSplitter(BiConsumer<Channel, String> consumer) {
    this.consumer = requireNonNull(consumer, "consumer");
  }

  @Override
  public void onOutput(Output output) {
    StringBuilder line = begun.computeIfAbsent(output.channel(), key -> new StringBuilder());
    String text = output.text();
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      append(output.channel(), line, text, from, end);
      deliverLine(output.channel(), line);
      from = end + 1;
    }
    append(output.channel(), line, text, from, text.length());
  }

  @Override
  public void onGap(OutputGap gap) {
    deliverRest(gap.channel());
  }

  @Override
  public void onEnd(ExitStatus status) {
    for (Channel channel : Channel.values()) {
      deliverRest(channel);
    }
  }

  private void append(Channel channel, StringBuilder line, String text, int from, int end) {
    int next = from;
    while (line.length() + end - next > LONGEST) {
      int fits = LONGEST - line.length();
      if (fits > 0 && Character.isHighSurrogate(text.charAt(next + fits - 1))) {
        fits--;
      }
      line.append(text, next, next + fits);
      next += fits;
      deliver(channel, line, line.length());
    }
    line.append(text, next, end);
  }

  private void deliverLine(Channel channel, StringBuilder line) {
    int length = line.length();
    boolean carriageReturn = length > 0 && line.charAt(length - 1) == '\r';
    deliver(channel, line, carriageReturn ? length - 1 : length);
  }

  private void deliverRest(Channel channel) {
    StringBuilder line = begun.get(channel);
    if (line != null && !line.isEmpty()) {
      deliver(channel, line, line.length());
    }
  }

  private void deliver(Channel channel, StringBuilder line, int length) {
    String text = line.substring(0, length);
    line.setLength(0);
    consumer.accept(channel, text);
  }
}
