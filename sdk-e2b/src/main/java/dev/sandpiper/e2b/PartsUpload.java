package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Uninterrupted;
import dev.sandpiper.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one file in parts at the same time and has the sandbox join them, by a call that no client
 * of E2B's own uses: so it is asked first whether it is there.
 */
final class PartsUpload {
  private static final Logger log = LoggerFactory.getLogger(PartsUpload.class);
  private static final long SMALLEST_PART = 8L << 20;
  private static final int PARTS_PER_WORKER = 4;
  private static final long TELLING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How a server refuses what it knows, and what it does not know. */
  private static final Set<Integer> TELLING = Set.of(400, 404, 405);

  private final HttpTransport transport;
  private final FilesystemRpc rpc;
  private final FileWrites writes;
  private final EnvdErrors errors;
  private final HttpUrl composeUrl;
  private final Function<String, HttpUrl> filesUrl;
  private final Executor executor;
  private volatile @Nullable Boolean available;

  PartsUpload(
      HttpTransport transport,
      FilesystemRpc rpc,
      FileWrites writes,
      EnvdErrors errors,
      HttpUrl composeUrl,
      Function<String, HttpUrl> filesUrl,
      Executor executor) {
    this.transport = transport;
    this.rpc = rpc;
    this.writes = writes;
    this.errors = errors;
    this.composeUrl = composeUrl;
    this.filesUrl = filesUrl;
    this.executor = executor;
  }

  /** True if it pays, and the sandbox has shown that it can join files. */
  boolean isPossible(String path, long size, int parallel) {
    return parallel > 1 && size >= 2 * SMALLEST_PART && isAvailable(path);
  }

  private boolean isAvailable(String path) {
    Boolean known = available;
    if (known == null) {
      // Joining nothing is refused, in these words, where joining is known.
      HttpRequest request = compose(path, List.of(), path).harmless();
      try (HttpResponse response = transport.send(request)) {
        SandboxException refusal = errors.of(response);
        if (!TELLING.contains(response.status())) {
          throw refusal;
        }
        known = refusal.failure().observed().contains("source_paths");
      }
      available = known;
    }
    return known;
  }

  private HttpRequest compose(String path, List<String> sources, String destination) {
    ObjectNode message = Json.object().put("destination", destination);
    ArrayNode all = message.putArray("source_paths");
    sources.forEach(all::add);
    return HttpRequest.of("write", path, "POST", composeUrl)
        .withBody(HttpBody.of("application/json", Json.write(message)));
  }

  /**
   * Writes a file of this machine at {@code destination}, which nobody else knows.
   *
   * @param path what messages call it
   */
  void upload(Path source, long size, String path, String destination, E2bPartsOptions options) {
    long most = (long) options.parallel() * PARTS_PER_WORKER;
    long partSize = Math.max(SMALLEST_PART, (size + most - 1) / most);
    List<String> parts = new ArrayList<>();
    for (long from = 0; from < size; from += partSize) {
      parts.add(destination + "." + parts.size());
    }
    PartsProgress progress = new PartsProgress(parts.size(), size, options.listener());
    try {
      new Workers(source, size, partSize, path, parts, progress).run(options.parallel());
      join(path, parts, destination);
      progress.tellEnd();
    } catch (RuntimeException e) {
      cleanUp(parts);
      throw e;
    }
  }

  private void join(String path, List<String> parts, String destination) {
    try (HttpResponse response = transport.send(compose(path, parts, destination))) {
      if (response.status() != 200) {
        throw errors.of(response);
      }
      log.debug("write {}: joined {} parts", path, parts.size());
    }
  }

  private void cleanUp(List<String> parts) {
    try {
      Uninterrupted.run(() -> parts.forEach(rpc.hasty()::remove));
    } catch (RuntimeException e) {
      log.warn("parts were left behind, {} and more: {}", parts.get(0), e.getMessage());
    }
  }

  /** Some threads, the caller's among them, that take one part after the other. */
  private final class Workers {
    private final Path source;
    private final long size;
    private final long partSize;
    private final String path;
    private final List<String> parts;
    private final PartsProgress progress;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final CallScope end = CallScope.open();

    Workers(
        Path source,
        long size,
        long partSize,
        String path,
        List<String> parts,
        PartsProgress progress) {
      this.source = source;
      this.size = size;
      this.partSize = partSize;
      this.path = path;
      this.parts = parts;
      this.progress = progress;
    }

    /** Returns when all are done; the first failure ends the others. */
    void run(int parallel) {
      List<Helper> helpers = new ArrayList<>();
      for (int i = 1; i < Math.min(parallel, parts.size()); i++) {
        helpers.add(new Helper(this));
      }
      begin(helpers);
      work();
      helpers.forEach(this::await);
      RuntimeException first = failure.get();
      if (first != null) {
        throw first;
      }
    }

    /** Those that find no thread are not needed: the others, and this one, do their parts. */
    private void begin(List<Helper> helpers) {
      try {
        helpers.forEach(executor::execute);
      } catch (CancelledException e) {
        log.debug("write {}: goes on with fewer threads: {}", path, e.getMessage());
      } catch (RuntimeException e) {
        fail(e);
      }
    }

    private void work() {
      try {
        for (int part = next.getAndIncrement();
            part < parts.size() && failure.get() == null;
            part = next.getAndIncrement()) {
          send(part);
        }
      } catch (RuntimeException e) {
        fail(e);
      }
    }

    private void fail(RuntimeException cause) {
      failure.compareAndSet(null, cause);
      end.cancel();
    }

    /** Waits for its end, which comes soon once something failed, and tells what it does. */
    private void await(Helper helper) {
      boolean interrupted = false;
      while (!helper.isOver()) {
        try {
          helper.await(TELLING_NANOS);
          if (failure.get() == null) {
            progress.tell();
          }
        } catch (InterruptedException e) {
          interrupted = true;
          fail(
              new CancelledException(
                  Failure.of("write", path, "its thread was interrupted").withRetryable(false), e));
        } catch (RuntimeException e) {
          fail(e);
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private void send(int part) {
      long from = part * partSize;
      long length = Math.min(partSize, size - from);
      Content content = Content.of(() -> FileSlice.open(source, from, length));
      HttpUrl url = filesUrl.apply(parts.get(part));
      writes.part(path, url, content, progress.ofPart(part), end);
    }
  }

  /** Works on a thread of the client's executor, if that has one in time. */
  private static final class Helper implements Runnable {
    private final Workers workers;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);

    Helper(Workers workers) {
      this.workers = workers;
    }

    @Override
    public void run() {
      if (taken.compareAndSet(false, true)) {
        try {
          workers.work();
        } finally {
          done.countDown();
        }
      }
    }

    /** One that has not begun never does: nobody waits for a thread. */
    boolean isOver() {
      return taken.compareAndSet(false, true) || done.getCount() == 0;
    }

    void await(long nanos) throws InterruptedException {
      done.await(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
