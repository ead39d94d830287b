package dev.sandpiper.temporal;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.io.IOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Delivers the output of a command for one attempt: to the sink, or into the outcome. */
record Delivery(ChannelDelivery stdout, ChannelDelivery stderr) {

  /** For a command whose output was not read by an earlier attempt. */
  static Delivery fromTheBeginning(@Nullable OutputSink sink, int captureBytes) {
    return of(sink, captureBytes, ChannelDelivery.Reached.NOTHING, ChannelDelivery.Reached.NOTHING);
  }

  /** Continues at the position of {@code progress}; needs a sink, which has the earlier output. */
  static Delivery after(Progress progress, OutputSink sink) {
    return of(sink, 0, progress.stdout(), progress.stderr());
  }

  /** Continues after the output that the sink has, if there is no position. */
  static Delivery behind(@Nullable OutputSink sink, int captureBytes) throws IOException {
    if (sink == null) {
      return fromTheBeginning(null, captureBytes);
    }
    return of(sink, 0, lengthIn(sink, Channel.STDOUT), lengthIn(sink, Channel.STDERR));
  }

  private static ChannelDelivery.Reached lengthIn(OutputSink sink, Channel channel)
      throws IOException {
    return new ChannelDelivery.Reached(sink.length(channel), true);
  }

  private static Delivery of(
      @Nullable OutputSink sink,
      int captureBytes,
      ChannelDelivery.Reached stdout,
      ChannelDelivery.Reached stderr) {
    return new Delivery(
        new ChannelDelivery(Channel.STDOUT, sink, captureBytes, stdout),
        new ChannelDelivery(Channel.STDERR, sink, captureBytes, stderr));
  }

  void deliver(ProcessEvent event) throws IOException {
    if (event instanceof Output output) {
      of(output.channel()).write(output);
    } else if (event instanceof OutputGap gap) {
      of(gap.channel()).gap(gap);
    }
  }

  /** Reports for both channels that output that was not delivered yet, if any, is lost. */
  void loseTheRest(String reason) throws IOException {
    for (Channel channel : new Channel[] {Channel.STDOUT, Channel.STDERR}) {
      deliver(new OutputGap(channel, OptionalLong.empty(), OptionalLong.empty(), reason));
    }
  }

  private ChannelDelivery of(Channel channel) {
    return channel == Channel.STDERR ? stderr : stdout;
  }
}
