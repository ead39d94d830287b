package dev.sandpiper.blaxel;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import okio.BufferedSink;

/** The watches of directories that a sandbox's server has open. */
final class ServedWatches {
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger open = new AtomicInteger();
  private final BooleanSupplier isSilenced;
  private volatile boolean frozen;

  /**
   * @param isSilenced asked for each event, whether it is kept back
   */
  ServedWatches(BooleanSupplier isSilenced) {
    this.isSilenced = isSilenced;
  }

  /** From now on nothing is sent. */
  void freeze() {
    frozen = true;
  }

  /** Ends all watches. */
  void end() {
    over.countDown();
  }

  /** How many of them somebody reads, as far as writing to them has told. */
  int open() {
    return open.get();
  }

  MockResponse watch(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return ScriptedBlaxel.error(400, "path is not a directory");
    }
    WatchService service = FileSystems.getDefault().newWatchService();
    path.register(
        service,
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE);
    return new MockResponse.Builder()
        .addHeader("Content-Type", "text/plain; charset=utf-8")
        .body(new Events(service))
        .build();
  }

  /** The events of a directory, until nobody reads them. */
  private final class Events implements MockResponseBody {
    private final WatchService service;

    Events(WatchService service) {
      this.service = service;
    }

    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      open.incrementAndGet();
      try (service) {
        while (over.getCount() > 0) {
          WatchKey key = service.poll(200, TimeUnit.MILLISECONDS);
          if (frozen) {
            over.await();
          }
          if (key == null) {
            sink.writeUtf8("[keepalive]\n").flush(); // how a server notices that nobody reads
            continue;
          }
          for (WatchEvent<?> event : key.pollEvents()) {
            if (!isSilenced.getAsBoolean()) {
              sink.writeUtf8(line(event));
            }
          }
          sink.flush();
          key.reset();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        open.decrementAndGet();
      }
    }

    private String line(WatchEvent<?> event) {
      String op =
          event.kind() == StandardWatchEventKinds.ENTRY_CREATE
              ? "CREATE"
              : event.kind() == StandardWatchEventKinds.ENTRY_DELETE ? "REMOVE" : "WRITE";
      return "{\"op\":\"%s\",\"name\":\"%s\",\"path\":\"x\",\"error\":null}\n"
          .formatted(op, event.context());
    }
  }
}
