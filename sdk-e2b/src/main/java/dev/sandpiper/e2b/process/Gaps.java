package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The gaps in one process's output. Counts the bytes of each channel, until a gap of unknown length
 * makes the offset unknown. Used by the reading thread only.
 */
public final class Gaps {
  static final List<Channel> PIPES = List.of(Channel.STDOUT, Channel.STDERR);
  static final List<Channel> JOINED = List.of(Channel.STDOUT);
  static final List<Channel> TERMINAL = List.of(Channel.TERMINAL);

  static final String ATTACHED =
      "E2B keeps no output: output before this connection is not available";
  static final String ADOPTED =
      "the response to the start was lost: output until the reconnect is not available";
  public static final String RECONNECTED =
      "the connection was lost and replaced: output in between is not available";
  public static final String FINAL_OUTPUT =
      "the process was stopped by E2B's own signal call: its last output may be lost";

  private final List<Channel> channels;
  private final Map<Channel, OptionalLong> reached = new EnumMap<>(Channel.class);

  /**
   * @param channels the channels of the process
   */
  Gaps(List<Channel> channels) {
    this.channels = channels;
    channels.forEach(channel -> reached.put(channel, OptionalLong.of(0)));
  }

  void count(Output output) {
    OptionalLong before = reached.getOrDefault(output.channel(), OptionalLong.empty());
    if (before.isPresent()) {
      reached.put(output.channel(), OptionalLong.of(before.getAsLong() + output.size()));
    }
  }

  /** A gap on each channel, from its current offset; the end is unknown. */
  List<ProcessEvent> here(String reason) {
    return channels.stream().map(channel -> gap(channel, reason)).toList();
  }

  private ProcessEvent gap(Channel channel, String reason) {
    OptionalLong from = reached.getOrDefault(channel, OptionalLong.empty());
    reached.put(channel, OptionalLong.empty());
    return new OutputGap(channel, from, OptionalLong.empty(), reason);
  }

  /**
   * Like {@link #here}, for a reader that did not begin at the start, so that the offset is unknown
   * too.
   */
  List<ProcessEvent> somewhere(String reason) {
    reached.replaceAll((channel, place) -> OptionalLong.empty());
    return here(reason);
  }
}
