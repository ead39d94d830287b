package dev.sandpiper.e2b.sessions;

import dev.sandpiper.ProcessEvent.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How many lines of one channel have been delivered. Only for the thread that reads. */
final class SeenLines {
  private int count;
  private long bytes;
  private long skipped; // how many bytes at the beginning to skip

  /**
   * @param skipped how many bytes were read before
   */
  SeenLines(long skipped) {
    this.skipped = skipped;
  }

  /** The offset of the next byte in the channel. */
  long offset() {
    return Math.max(bytes, skipped);
  }

  /** The new lines of a list that only grows; empty if the list has become shorter. */
  Optional<List<Output>> fresh(List<Output> all) {
    if (all.size() < count) {
      return Optional.empty();
    }
    List<Output> fresh = new ArrayList<>();
    for (Output line : all.subList(count, all.size())) {
      long before = skipped - bytes;
      bytes += line.size();
      if (before <= 0) {
        fresh.add(line);
      } else if (before < line.size()) {
        fresh.add(rest(line, (int) before));
      }
    }
    count = all.size();
    return Optional.of(fresh);
  }

  private static Output rest(Output line, int from) {
    Output rest =
        Output.of(line.channel(), Arrays.copyOfRange(line.toByteArray(), from, line.size()));
    return line.writtenAt().map(rest::writtenAt).orElse(rest);
  }
}
