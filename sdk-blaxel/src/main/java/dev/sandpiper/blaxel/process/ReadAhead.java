package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.process.OutputDirectory.Part;
import dev.sandpiper.http.CallScope;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prefetches the pieces of one output, each while the one before is delivered; sequential requests
 * would leave the network idle half of the time. Used by the reading thread only.
 */
final class ReadAhead {
  private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);

  private final Channel channel;
  private final ProcessFiles files;
  private final CallScope scope;
  private final Executor threads;
  private @Nullable Asked asked;

  /** A piece in flight. */
  private record Asked(long segment, long position, FutureTask<Part> answer) {}

  /**
   * @param threads never rejects a task, and is not kept busy by other tasks
   */
  ReadAhead(Channel channel, ProcessFiles files, CallScope scope, Executor threads) {
    this.channel = channel;
    this.files = files;
    this.scope = scope;
    this.threads = threads;
  }

  /** Requests a piece of a segment that has bytes at this position. */
  void ask(long segment, long position, int most) {
    FutureTask<Part> answer =
        new FutureTask<>(() -> files.read(channel, segment, position, most, scope));
    asked = new Asked(segment, position, answer);
    threads.execute(answer);
  }

  /** True while a piece is in flight, or has arrived and was not read. */
  boolean isAsked() {
    return asked != null;
  }

  /**
   * Like {@link ProcessFiles#read}. A prefetched result is used only if it has bytes, because any
   * other may be outdated.
   */
  Part read(long segment, long position, int most) {
    Asked ahead = asked;
    asked = null;
    if (ahead != null && ahead.segment() == segment && ahead.position() == position) {
      Part part = await(ahead.answer());
      if (part instanceof Part.Bytes) {
        return part;
      }
    }
    return files.read(channel, segment, position, most, scope);
  }

  /** The result; null if it failed, because the failure may be outdated. */
  private @Nullable Part await(FutureTask<Part> answer) {
    answer.run(); // does nothing if another thread runs it
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          OutputDirectory.failure(files.toString(), "its thread was interrupted"), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DeadlineExceededException late) {
        throw late; // the caller requests a smaller piece
      }
      if (e.getCause() instanceof SandboxException failure) {
        log.debug("{}: prefetching the next piece failed", files, failure);
        return null;
      }
      throw new IllegalStateException("the reader of " + files + " failed", e.getCause());
    }
  }
}
