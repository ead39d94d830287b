package dev.sandpiper.files;

import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.engine.AbstractEventStream;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.Unclosed;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A watch that outlives its connections. A pump, on a thread of the client's executor, reads the
 * connection; when that is lost it opens another, and then tells the gap: who looks at the
 * directory because of it misses nothing that comes later.
 */
public final class FileWatch extends AbstractEventStream<FileEvent> {
  private final WatchPump pump;

  private FileWatch(WatchPump pump) {
    this.pump = pump;
  }

  /**
   * Opens the first connection on this thread, and hands over to a pump.
   *
   * @param opener opens a connection, and returns when that sees changes
   * @param cancel frees, from any thread and any number of times, a call that is blocked in the
   *     opener or a connection
   */
  public static FileWatch open(
      String directory,
      Supplier<WatchConnection> opener,
      Runnable cancel,
      BackgroundThreads threads) {
    WatchPump pump = new WatchPump(directory, opener, cancel, threads);
    FileWatch watch = new FileWatch(pump);
    pump.begin();
    Unclosed.watch(watch, "the watch of " + directory, "its connection is released", pump::close);
    return watch;
  }

  @Override
  public String position() {
    throw new UnsupportedOperationException(
        "changes of files are not kept, so a watch has no position");
  }

  @Override
  protected @Nullable FileEvent await(long nanos) throws TimeoutException, InterruptedException {
    return pump.buffer().take(nanos);
  }

  @Override
  protected Failure failure(String observed) {
    return pump.failure(observed);
  }

  @Override
  public void close() {
    pump.close();
  }
}
