package dev.sandpiper.testkit.blaxel;

import java.time.Duration;

/**
 * Streams whose clients have left. What tells them that they live goes on for as long as the
 * process runs, and gets into the answers to others, because the real server uses its requests'
 * places again.
 */
final class LeftBehind {
  private final Machinery machinery;
  private final OpenRequests requests;

  LeftBehind(Machinery machinery, OpenRequests requests) {
    this.machinery = machinery;
    this.requests = requests;
  }

  /**
   * Goes on for a stream.
   *
   * @param sign how the stream says that it lives
   * @param next when it would have said so next
   */
  void haunt(ProcessRecord record, byte[] sign, Duration next) {
    machinery.after(
        next,
        () -> {
          if (record.state().completedAt() != null) return;
          requests.intrude(sign);
          haunt(record, sign, machinery.limits().textKeepAlive());
        });
  }
}
