package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.e2b.proto.FilesystemProto.FilesystemEvent;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirResponse;
import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.files.WatchedDirectory;
import dev.sandpiper.testkit.machine.ChangeQueue;
import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.FileChange;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends the changes of a directory to one client, and a keep-alive whenever there was none for a
 * while. Ends when the client disconnects, at the call's deadline, or with the first event that
 * cannot be sent.
 */
final class WatchStream {
  private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LATER_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final RpcCall call;
  private final RpcMethod.MessageSink answers;
  private final WatchedDirectory directory;
  private final ChangeQueue changes = ChangeQueue.exact();
  private final @Nullable Long deadlineNanos;

  WatchStream(RpcCall call, RpcMethod.MessageSink answers, WatchedDirectory directory) {
    this.call = call;
    this.answers = answers;
    this.directory = directory;
    Duration timeout = call.timeout();
    this.deadlineNanos = timeout == null ? null : System.nanoTime() + timeout.toNanos();
  }

  void run() throws IOException, InterruptedException {
    if (call.isOverAtOnce()) throw RpcException.deadlineExceeded();
    DirectoryWatches.Watch watch = directory.watch(changes);
    try {
      answers.send(
          WatchDirResponse.newBuilder()
              .setStart(WatchDirResponse.StartEvent.getDefaultInstance())
              .build());
      pass(keepaliveNanos());
    } finally {
      watch.close();
    }
  }

  /**
   * The real server's handler panics at an interval below one second, and its client is
   * disconnected.
   */
  private long keepaliveNanos() throws IOException {
    long seconds = call.keepaliveSeconds();
    if (seconds < 1) throw new IOException("keepalive interval of " + seconds + " s");
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  private void pass(long keepaliveNanos) throws IOException, InterruptedException {
    long quietSince = System.nanoTime();
    // A client that closes soon must not hold one of the kernel's few handles much longer.
    long look = FIRST_LOOK_NANOS;
    while (!call.exchange().isClientGone()) {
      long left = Math.min(keepaliveNanos - (System.nanoTime() - quietSince), nanosLeft());
      FileChange change = next(Math.min(left, look));
      look = Math.min(2 * look, LATER_LOOKS_NANOS);
      if (change != null) {
        send(directory.describe(change));
      } else if (nanosLeft() <= 0) {
        throw RpcException.deadlineExceeded();
      } else if (System.nanoTime() - quietSince >= keepaliveNanos) {
        answers.send(
            WatchDirResponse.newBuilder()
                .setKeepalive(WatchDirResponse.KeepAlive.getDefaultInstance())
                .build());
      } else {
        continue;
      }
      quietSince = System.nanoTime();
    }
    throw new IOException("the client has gone");
  }

  private @Nullable FileChange next(long nanos) throws InterruptedException {
    try {
      return changes.next(nanos);
    } catch (ChangeQueue.LostException e) {
      throw RpcException.internal("watcher error: " + e.getMessage());
    }
  }

  private void send(FilesystemEvent event) throws IOException {
    try {
      answers.send(WatchDirResponse.newBuilder().setFilesystem(event).build());
    } catch (RpcException e) {
      throw new RpcException(
          ConnectCode.UNKNOWN,
          "error sending filesystem event: " + e.code().wireName() + ": " + e.getMessage());
    }
  }

  private long nanosLeft() {
    return deadlineNanos == null ? Long.MAX_VALUE : deadlineNanos - System.nanoTime();
  }
}
