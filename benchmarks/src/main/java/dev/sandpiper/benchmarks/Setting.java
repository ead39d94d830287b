package dev.sandpiper.benchmarks;

import java.util.List;

/**
 * How thoroughly it is measured.
 *
 * @param server where it answers
 * @param sizes of the messages, in bytes
 * @param megabytes how many each stream has
 * @param streams how many warm up, and how many are measured then
 * @param fileMegabytes how many a large file has
 * @param streamMegabytes how many one long stream has
 * @param many how many are opened, copied or closed at a time
 */
record Setting(
    String server,
    int rounds,
    List<Integer> sizes,
    int megabytes,
    int streams,
    int calls,
    int fileMegabytes,
    int streamMegabytes,
    int many) {
  static Setting whole(String server) {
    return new Setting(
        server, 5, List.of(1_024, 4_096, 32_768), 64, 5, 20_000, 1_000, 10_000, 5_000);
  }

  /** Only shows that it runs. */
  static Setting small(String server) {
    return new Setting(server, 1, List.of(4_096), 1, 1, 50, 10, 10, 40);
  }

  /**
   * The same with streams four times as long: enough work to see more than the JVM's warming up.
   */
  Setting withLongStreams() {
    return with(rounds, 4 * megabytes, streams);
  }

  /** The same against somebody slow: fewer rounds, of as much that our JVM is warm. */
  Setting againstPeers() {
    return with(Math.min(rounds, 3), 4 * megabytes, Math.min(streams, 2));
  }

  private Setting with(int newRounds, int newMegabytes, int newStreams) {
    return new Setting(
        server,
        newRounds,
        sizes,
        newMegabytes,
        newStreams,
        calls,
        fileMegabytes,
        streamMegabytes,
        many);
  }

  /** How many messages of a size a stream has. */
  int messages(int size) {
    return Math.max(1, megabytes * 1_000_000 / size);
  }
}
