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
 * The pieces of one output, each asked for while the one before it is delivered: one request after
 * the other would leave the network idle half of the time. For the reading thread.
 */
final class ReadAhead {
  private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);

  private final Channel channel;
  private final ProcessFiles files;
  private final CallScope scope;
  private final Executor threads;
  private @Nullable Asked asked;

  /** A piece that is on its way. */
  private record Asked(long segment, long position, FutureTask<Part> answer) {}

  /**
   * @param threads refuses nothing, and nobody else's tasks keep it busy
   */
  ReadAhead(Channel channel, ProcessFiles files, CallScope scope, Executor threads) {
    this.channel = channel;
    this.files = files;
    this.scope = scope;
    this.threads = threads;
  }

  /** Asks for a piece of a segment that has bytes at this position. */
  void ask(long segment, long position, int most) {
    FutureTask<Part> answer =
        new FutureTask<>(() -> files.read(channel, segment, position, most, scope));
    asked = new Asked(segment, position, answer);
    threads.execute(answer);
  }

  /** True while a piece is on its way, or there and not taken. */
  boolean isAsked() {
    return asked != null;
  }

  /** {@link ProcessFiles#read}. Of an answer that was asked for earlier only bytes count. */
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

  /** What came of it; null where it failed, because that was then. */
  private @Nullable Part await(FutureTask<Part> answer) {
    answer.run(); // unless another thread does
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          OutputDirectory.failure(files.toString(), "its thread was interrupted"), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DeadlineExceededException late) {
        throw late; // a smaller piece has to be asked for
      }
      if (e.getCause() instanceof SandboxException failure) {
        log.debug("{}: the next piece could not be had ahead", files, failure);
        return null;
      }
      throw new IllegalStateException("the reader of " + files + " died", e.getCause());
    }
  }
}
