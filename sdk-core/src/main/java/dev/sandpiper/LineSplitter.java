package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Assembles the lines of each channel from pieces of output. Used by one thread. */
final class LineSplitter implements OutputListener {
  private static final int LONGEST = 1 << 20;

  private final BiConsumer<Channel, String> consumer;
  private final int longest;
  private final Map<Channel, Line> begun = new EnumMap<>(Channel.class);

  LineSplitter(BiConsumer<Channel, String> consumer) {
    this(consumer, LONGEST);
  }

  /**
   * @param longest the number of characters above which a line is delivered in pieces
   */
  LineSplitter(BiConsumer<Channel, String> consumer, int longest) {
    this.consumer = requireNonNull(consumer, "consumer");
    this.longest = longest;
  }

  @Override
  public void onOutput(Output output) {
    Line line = begun.computeIfAbsent(output.channel(), Line::new);
    String text = output.text();
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      line.append(text, from, end);
      line.end();
      from = end + 1;
    }
    line.append(text, from, text.length());
  }

  @Override
  public void onGap(OutputGap gap) {
    Line line = begun.get(gap.channel());
    if (line != null) {
      line.breakOff();
    }
  }

  @Override
  public void onEnd(ExitStatus status) {
    begun.values().forEach(Line::breakOff);
  }

  /** The incomplete line of one channel. */
  private final class Line {
    private final Channel channel;
    private final StringBuilder text = new StringBuilder();
    private boolean carriageReturn; // read last: part of the text, unless a line feed follows

    Line(Channel channel) {
      this.channel = channel;
    }

    void append(String source, int from, int end) {
      if (from == end) {
        return;
      }
      addCarriageReturn();
      carriageReturn = source.charAt(end - 1) == '\r';
      add(source, from, carriageReturn ? end - 1 : end);
    }

    private void addCarriageReturn() {
      if (carriageReturn) {
        carriageReturn = false;
        add("\r", 0, 1);
      }
    }

    private void add(String source, int from, int end) {
      int next = from;
      while (text.length() + end - next > longest) {
        int fits = longest - text.length();
        if (fits > 0 && Character.isHighSurrogate(source.charAt(next + fits - 1))) {
          fits--;
        }
        text.append(source, next, next + fits);
        next += fits;
        deliver();
      }
      text.append(source, next, end);
    }

    void end() {
      carriageReturn = false;
      deliver();
    }

    /** Ends the line here: the rest of it is missing. */
    void breakOff() {
      addCarriageReturn();
      if (!text.isEmpty()) {
        deliver();
      }
    }

    private void deliver() {
      String delivered = text.toString();
      text.setLength(0);
      consumer.accept(channel, delivered);
    }
  }
}
