package dev.sandpiper.e2b.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.e2b.PartsUploadOptions;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.files.FileSlice;
import dev.sandpiper.files.HiddenFiles;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads one file in concurrent parts, which the sandbox joins. E2B's own clients do not use that
 * call, so the sandbox is first asked whether it supports it.
 *
 * @param available null until the sandbox has been asked
 */
record PartsUpload(
    HttpTransport transport,
    HiddenFiles hidden,
    FileWrites writes,
    EnvdErrors errors,
    HttpUrl envdUrl,
    Function<String, HttpUrl> filesUrl,
    Executor executor,
    AtomicReference<@Nullable Boolean> available) {
  private static final Logger log = LoggerFactory.getLogger(PartsUpload.class);
  private static final long SMALLEST_PART = 8L << 20;
  private static final int PARTS_PER_WORKER = 4;
  private static final long TELLING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The statuses of a rejected call, and of an unknown one. */
  private static final Set<Integer> TELLING = Set.of(400, 404, 405);

  /** True if the file is large enough and the sandbox can join files. */
  boolean isPossible(String path, long size, int parallel) {
    return parallel > 1 && size >= 2 * SMALLEST_PART && isAvailable(path);
  }

  private boolean isAvailable(String path) {
    Boolean known = available.get();
    if (known == null) {
      // A server that supports the call rejects an empty list with this message.
      HttpRequest request = compose(E2bCall.ASK_FOR_JOINING, path, List.of(), path);
      try (HttpResponse response = transport.send(request)) {
        SandboxException refusal = errors.of(response);
        if (!TELLING.contains(response.status())) {
          throw refusal;
        }
        known = refusal.failure().observed().contains("source_paths");
      }
      available.set(known);
    }
    return known;
  }

  private HttpRequest compose(E2bCall call, String path, List<String> sources, String destination) {
    ObjectNode message = Json.object().put("destination", destination);
    ArrayNode all = message.putArray("source_paths");
    sources.forEach(all::add);
    return HttpRequest.of(call, path, Routes.of(envdUrl, call)).withJson(message);
  }

  /**
   * Uploads a local file to {@code destination}, which is a unique hidden path.
   *
   * @param path the path in messages
   */
  void upload(Path source, long size, String path, String destination, PartsUploadOptions options) {
    long most = (long) options.parallel() * PARTS_PER_WORKER;
    long partSize = Math.max(SMALLEST_PART, (size + most - 1) / most);
    List<String> parts = new ArrayList<>();
    for (long from = 0; from < size; from += partSize) {
      parts.add(destination + "." + parts.size());
    }
    PartsProgress progress = new PartsProgress(parts.size(), size, options.listener());
    Sending sending = new Sending(path, progress);
    for (int i = 0; i < parts.size(); i++) {
      long from = i * partSize;
      long length = Math.min(partSize, size - from);
      sending.add(i, parts.get(i), Content.of(() -> FileSlice.open(source, from, length)));
    }
    try {
      sending.run(options.parallel());
      join(path, parts, destination);
      progress.tellEnd();
    } catch (RuntimeException e) {
      cleanUp(parts);
      throw e;
    }
  }

  private void join(String path, List<String> parts, String destination) {
    try (HttpResponse response = transport.send(compose(E2bCall.JOIN, path, parts, destination))) {
      if (response.status() != 200) {
        throw errors.of(response);
      }
      log.debug("write {}: joined {} parts", path, parts.size());
    }
  }

  private void cleanUp(List<String> parts) {
    try {
      hidden.delete(parts, false);
    } catch (RuntimeException e) {
      log.warn("parts were left behind, {} and more: {}", parts.get(0), e.getMessage());
    }
  }

  /** The parts of one file in flight. Each is sent by the first thread that takes it. */
  private final class Sending {
    private final String path;
    private final PartsProgress progress;
    private final List<FutureTask<?>> parts = new ArrayList<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final CallScope end = hidden.threads().scope().apart();

    Sending(String path, PartsProgress progress) {
      this.path = path;
      this.progress = progress;
    }

    void add(int number, String part, Content content) {
      HttpUrl url = filesUrl.apply(part);
      TransferListener listener = progress.ofPart(number);
      Runnable send = () -> writes.part(path, url, content, listener, end);
      parts.add(new FutureTask<>(() -> unlessFailed(send), null));
    }

    /** Returns when all parts are sent; the first failure cancels the others. */
    void run(int parallel) {
      try {
        for (int i = 1; i < Math.min(parallel, parts.size()); i++) {
          executor.execute(this::sendAll);
        }
      } catch (CancelledException e) {
        // Fewer threads suffice: the others, and this one, send the remaining parts.
        log.debug("write {}: continuing with fewer threads: {}", path, e.getMessage());
      } catch (RuntimeException e) {
        fail(e);
      }
      sendAll();
      parts.forEach(this::await);
      RuntimeException first = failure.get();
      if (first != null) {
        throw first;
      }
    }

    /** Sends all parts that no other thread has begun. */
    private void sendAll() {
      parts.forEach(FutureTask::run);
    }

    private void unlessFailed(Runnable step) {
      try {
        if (failure.get() == null) {
          step.run();
        }
      } catch (RuntimeException e) {
        fail(e);
      }
    }

    private void fail(RuntimeException cause) {
      failure.compareAndSet(null, cause);
      end.cancel();
    }

    /**
     * Waits for another thread, which ends soon after a failure, and reports progress meanwhile.
     */
    private void await(FutureTask<?> part) {
      boolean interrupted = false;
      boolean waits = true;
      while (waits) {
        try {
          part.get(TELLING_NANOS, TimeUnit.NANOSECONDS);
          waits = false;
        } catch (TimeoutException e) {
          unlessFailed(progress::tell);
        } catch (ExecutionException e) {
          fail(new IllegalStateException(e.getCause()));
          waits = false;
        } catch (InterruptedException e) {
          interrupted = true;
          fail(
              new CancelledException(
                  Failure.of("write", path, "its thread was interrupted").withRetryable(false), e));
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
