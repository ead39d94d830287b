package dev.sandpiper.testkit.machine;

import dev.sandpiper.e2b.proto.FilesystemProto.EventType;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches directories with Linux's inotify through {@code watch.pl}, which reports exactly the
 * kernel's events. One perl process serves a sandbox, from its first watch to its end.
 */
public final class Inotify implements DirectoryWatches {
  private static final Logger log = LoggerFactory.getLogger(Inotify.class);
  private static final int MOST_MESSAGE_BYTES = 64 * 1024;
  private static final long PATIENCE_SECONDS = 10;

  /** Longer than a disconnected client may keep its watch: see the streams' checks for that. */
  private static final long SHORTAGE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long PAUSE_MILLIS = 5;
  private static final int NO_WATCH = 0;
  private static final FileChange.Listener NOBODY =
      new FileChange.Listener() {
        @Override
        public void changed(FileChange change) {}

        @Override
        public void lost(String reason) {}
      };
  private static final String SHORTAGE = "error creating watcher: too many open files";

  private final Process perl;
  private final Thread reader;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, Watched> watched = new ConcurrentHashMap<>();
  private final ReentrantLock writing = new ReentrantLock();

  private Inotify(Process perl, String name) {
    this.perl = perl;
    reader = new Thread(this::read, ServerThreads.PREFIX + "watch-" + name);
    reader.setDaemon(true);
  }

  /** Starts for a sandbox. Null if this is not Linux, or there is no perl. */
  public static @Nullable Inotify start(String sandboxId) {
    if (!Availability.KNOWN) return null;
    try {
      Inotify inotify = new Inotify(perl().start(), sandboxId);
      inotify.reader.start();
      return inotify;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start perl to watch directories", e);
    }
  }

  private static ProcessBuilder perl(String... arguments) throws IOException {
    String script = Perl.script(Inotify.class, "watch.pl");
    ProcessBuilder builder = new ProcessBuilder("perl", "-e", script, "--");
    builder.command().addAll(List.of(arguments));
    builder.environment().keySet().retainAll(List.of("PATH"));
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** Determined once, when the first directory is watched. */
  private static final class Availability {
    private static final boolean KNOWN = probe();

    private static boolean probe() {
      try {
        if (Perl.succeeds(perl("probe"))) return true;
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the script that watches directories", e);
      }
      log.warn("no perl on this machine: watches will not tell all kinds of events apart");
      return false;
    }
  }

  /**
   * If the kernel has no handle left (it allows 128 per user), waits for those of clients that have
   * just disconnected, which the real server would have freed by then.
   */
  @Override
  public Watch open(Path directory, Depth depth, FileChange.Listener listener)
      throws RefusedException {
    long end = System.nanoTime() + SHORTAGE_NANOS;
    while (true) {
      try {
        return openNow(directory, depth, listener);
      } catch (RefusedException e) {
        if (!SHORTAGE.equals(e.getMessage()) || System.nanoTime() - end >= 0) throw e;
        pause(e);
      }
    }
  }

  private static void pause(RefusedException refusal) throws RefusedException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refusal;
    }
  }

  private Watch openNow(Path directory, Depth depth, FileChange.Listener listener)
      throws RefusedException {
    Watched watch = new Watched(numbers.incrementAndGet(), listener);
    watched.put(watch.number, watch);
    if (!perl.isAlive()) watch.end("perl has ended");
    String path = ExactPath.text(directory);
    send(watch.number, letter(depth), ExactPath.bytes(path));
    String refusal = watch.awaitBeginning();
    if (refusal == null) return watch;
    watched.remove(watch.number);
    throw new RefusedException(refusal);
  }

  private static char letter(Depth depth) {
    return switch (depth) {
      case DIRECTORY -> 'o';
      case TREE -> 'r';
      case TREE_BY_FIRST_NAMES -> 'k';
    };
  }

  private void send(int number, char letter, byte[] path) {
    byte[] message =
        ByteBuffer.allocate(9 + path.length)
            .putInt(5 + path.length)
            .putInt(number)
            .put((byte) letter)
            .put(path)
            .array();
    writing.lock();
    try {
      OutputStream out = perl.getOutputStream();
      out.write(message);
      out.flush();
    } catch (IOException e) {
      log.debug("perl, which watches directories, has ended", e); // reported by the reader
    } finally {
      writing.unlock();
    }
  }

  private void read() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(perl.getInputStream(), 64 * 1024))) {
      while (true) {
        int length = in.readInt();
        if (length < 5 || length > MOST_MESSAGE_BYTES) throw new IOException("length " + length);
        int number = in.readInt();
        char letter = (char) in.readUnsignedByte();
        byte[] text = in.readNBytes(length - 5);
        Watched watch = watched.get(number);
        if (watch != null) watch.take(letter, ExactPath.text(text, text.length));
      }
    } catch (EOFException e) {
      log.debug("perl, which watches directories, has ended");
    } catch (IOException e) {
      log.warn("perl, which watches directories, is out of reach", e);
    } finally {
      watched.values().forEach(watch -> watch.end("perl has ended"));
    }
  }

  /** Blocks until perl responds, so that the first watch begins without delay. */
  void awaitReady() {
    Watched none = new Watched(NO_WATCH, NOBODY);
    watched.put(none.number, none);
    if (!perl.isAlive()) none.end("perl has ended");
    none.catchUp();
    watched.remove(none.number);
  }

  /** The process that holds the kernel's descriptors. */
  public long pid() {
    return perl.pid();
  }

  @Override
  public void close() {
    try {
      perl.getOutputStream().close();
      if (!perl.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) perl.destroyForcibly();
      reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (IOException e) {
      perl.destroyForcibly();
    } catch (InterruptedException e) {
      perl.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** One watch on this side. Only the reading thread calls its listener. */
  private final class Watched implements Watch {
    private final int number;
    private final FileChange.Listener listener;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Queue<CountDownLatch> catchingUp = new ConcurrentLinkedQueue<>();
    private volatile @Nullable String refusal;
    private volatile boolean closing;

    Watched(int number, FileChange.Listener listener) {
      this.number = number;
      this.listener = listener;
    }

    void take(char letter, String text) {
      switch (letter) {
        case 'o' -> begun.countDown();
        case 'f' -> refuse(text);
        case 'x' -> closed.countDown();
        case 's' -> caughtUp(catchingUp.poll());
        case 'v' -> tellLost("fsnotify: queue or buffer overflow");
        case 'c' -> tell(EventType.EVENT_TYPE_CREATE, text);
        case 'w' -> tell(EventType.EVENT_TYPE_WRITE, text);
        case 'd' -> tell(EventType.EVENT_TYPE_REMOVE, text);
        case 'm' -> tell(EventType.EVENT_TYPE_RENAME, text);
        case 'a' -> tell(EventType.EVENT_TYPE_CHMOD, text);
        default -> throw new IllegalStateException("watch.pl says " + letter);
      }
    }

    private void tell(EventType type, String name) {
      if (!closing) listener.changed(new FileChange(type, name));
    }

    private void tellLost(String reason) {
      if (!closing) listener.lost(reason);
    }

    private void refuse(String reason) {
      refusal = reason;
      begun.countDown();
    }

    private void caughtUp(@Nullable CountDownLatch waiting) {
      if (waiting != null) waiting.countDown();
    }

    /** Any response that arrives after the call began is sufficient. */
    @Override
    public void catchUp() {
      CountDownLatch reported = new CountDownLatch(1);
      catchingUp.add(reported);
      if (closed.getCount() == 0) return;
      send(number, 's', new byte[0]);
      if (!await(reported)) log.warn("watch {} may not have reported all", number);
    }

    void end(String reason) {
      if (begun.getCount() > 0) {
        refuse("error creating watcher: " + reason);
      } else {
        tellLost(reason);
      }
      closed.countDown();
      catchingUp.forEach(CountDownLatch::countDown);
    }

    /** The reason why the watch failed, or null. */
    @Nullable String awaitBeginning() {
      return await(begun) ? refusal : "error creating watcher: perl does not answer";
    }

    private boolean await(CountDownLatch latch) {
      try {
        return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public void close() {
      if (closing) return;
      closing = true;
      send(number, 'x', new byte[0]);
      if (!await(closed)) log.warn("watch {} is not known to be closed", number);
      watched.remove(number);
    }
  }
}
