package dev.sandpiper.blaxel.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.blaxel.server.UploadForm;
import dev.sandpiper.files.ContentRange;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import okhttp3.HttpUrl;

/**
 * The directory in a sandbox in which the wrappers of commands store output. It is flat, because a
 * watch covers one level; every file's name begins with the id of its process.
 */
public final class OutputDirectory {
  private static final String OPERATION = "follow";

  /** The status of a listing that failed because a file was removed meanwhile. */
  static final int VANISHED = 422;

  private static final int LONGEST_TEXT = 256;
  private static final int MOST_SPOILT = 20;
  private static final int LISTING_ATTEMPTS = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
  private static final Duration SMALL_WRITE = Duration.ofSeconds(20);

  /**
   * The time limit of a request: after it, another connection is used, because the first may be
   * dead.
   */
  static final Duration ANSWER = Duration.ofSeconds(8);

  private final HttpTransport transport;
  private final HttpUrl base;
  private final String directory;
  private final SharedListing listing = new SharedListing(this::listNow);

  public OutputDirectory(HttpTransport transport, HttpUrl base, String directory) {
    this.transport = transport;
    this.base = base;
    this.directory = directory;
  }

  /** The same for another directory. */
  OutputDirectory in(String other) {
    return new OutputDirectory(transport, base, other);
  }

  String directory() {
    return directory;
  }

  String path(String name) {
    return directory + "/" + name;
  }

  /** The result of a read. */
  public sealed interface Part {
    /**
     * The complete bytes of a response.
     *
     * @param total the size of the file
     */
    record Bytes(Output output, long total) implements Part {}

    /**
     * There are no bytes at this offset yet.
     *
     * @param size the size of the file
     */
    record Nothing(long size) implements Part {}

    /** There is no such file. */
    record Missing() implements Part {}

    /** The response had other content, or only a part of the bytes: retry. */
    record Spoilt() implements Part {}
  }

  /**
   * The files by name, with their sizes; empty while the directory does not exist.
   *
   * @param end the scope of the request
   * @throws PlatformException with the status {@link #VANISHED} if files keep being removed
   *     meanwhile
   */
  public Map<String, Long> list(CallScope end) {
    return listing.get(end, failure(directory, ""));
  }

  private Map<String, Long> listNow(CallScope end) {
    Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    for (int attempt = 1; ; attempt++) {
      HttpRequest request =
          request(BlaxelCall.READ_OUTPUT, directory)
              .withHeader("Accept", "application/json")
              .in(end.within(ANSWER));
      try (HttpResponse response = transport.send(request)) {
        if (response.status() == 200) {
          return names(response);
        }
        SandboxException error = SandboxErrors.of(response, What.FILE);
        if (error instanceof NotFoundException missing && missing.what() == What.FILE) {
          return Map.of();
        }
        if (response.status() != VANISHED) {
          throw error;
        }
        if (attempt == LISTING_ATTEMPTS) {
          throw new PlatformException(error.failure().withRetryable(true));
        }
      }
      end.sleep(pauses.next(), failure(directory, ""));
    }
  }

  private static Map<String, Long> names(HttpResponse response) {
    JsonNode json = SandboxErrors.json(response);
    if (json.has("content")) {
      return Map.of(); // it is a file, which the wrappers report
    }
    if (!json.path("files").isArray()) {
      throw new PlatformException(response.failure("expected a listing of a directory"));
    }
    Map<String, Long> names = new HashMap<>();
    for (JsonNode file : json.path("files")) {
      names.put(file.path("name").asText(), Math.max(0, file.path("size").asLong()));
    }
    return Collections.unmodifiableMap(names);
  }

  /** Reads at most {@code most} bytes of a channel's file, from {@code from} on. */
  public Part read(String name, Channel channel, long from, int most, CallScope end) {
    return readAt(path(name), channel, from, most, end);
  }

  /** Like {@link #read}, with an absolute path. */
  Part readAt(String path, Channel channel, long from, int most, CallScope end) {
    HttpRequest request =
        request(BlaxelCall.READ_OUTPUT, path)
            .withHeader("Accept", "application/octet-stream")
            .withHeader("Range", "bytes=" + from + "-" + (from + most - 1))
            .in(end.within(ANSWER));
    try (HttpResponse response = transport.send(request)) {
      return switch (response.status()) {
        case 206 -> part(response, channel, from, most);
        case 200 -> empty(response);
        case 416 -> behind(response);
        default -> throw SandboxErrors.of(response, What.FILE);
      };
    } catch (NotFoundException e) {
      if (e.what() == What.FILE) {
        return new Part.Missing();
      }
      throw e;
    }
  }

  /**
   * Accepts only a complete response: the server may insert other bytes, and truncates the response
   * by as many.
   */
  private static Part part(HttpResponse response, Channel channel, long from, int most) {
    try {
      ContentRange range = ContentRange.parse(response.header("Content-Range"));
      long length = range.last() - range.first() + 1;
      if (range.first() != from || length > most) {
        return new Part.Spoilt();
      }
      byte[] bytes = response.readAll(most);
      return bytes.length == length
          ? new Part.Bytes(Output.of(channel, bytes), range.total())
          : new Part.Spoilt();
    } catch (MalformedStreamException e) {
      return new Part.Spoilt();
    } catch (IOException e) {
      return new Part.Spoilt(); // truncated
    }
  }

  private static Part behind(HttpResponse response) {
    OptionalLong size = ContentRange.sizeOfUnsatisfied(response.header("Content-Range"));
    return size.isPresent() ? new Part.Nothing(size.getAsLong()) : new Part.Spoilt();
  }

  /**
   * The response for any range of an empty file. A stray keep-alive looks alike, but has a body.
   */
  private static Part empty(HttpResponse response) {
    try {
      return response.source().exhausted() ? new Part.Nothing(0) : new Part.Spoilt();
    } catch (IOException e) {
      return new Part.Spoilt();
    }
  }

  /**
   * Ends the retries of a read.
   *
   * @throws WireFormatException if it was retried too often
   */
  static void rejectIfHopeless(int spoilt, String file) {
    if (spoilt > MOST_SPOILT) {
      throw new WireFormatException(
          failure(
              file, "the sandbox sent other content instead of these bytes, " + spoilt + " times"));
    }
  }

  /** The content of a small file; empty if it does not exist or is being written. */
  String text(String name, CallScope end) {
    return read(name, Channel.STDOUT, 0, LONGEST_TEXT, end) instanceof Part.Bytes found
        ? found.output().text()
        : "";
  }

  /** Writes a short text, or a line into a pipe. */
  void write(String name, String text, CallScope end) {
    HttpRequest request = request(BlaxelCall.WRITE_INPUT, path(name)).in(end).within(SMALL_WRITE);
    send(request.withJson(Json.object().put("content", text)));
  }

  /** Writes a file. Not retried. */
  void write(String name, byte[] bytes, CallScope end) {
    UploadForm form = new UploadForm(bytes, UploadProgress.silent());
    send(request(BlaxelCall.WRITE_INPUT, path(name)).withBody(form).in(end));
  }

  private void send(HttpRequest request) {
    try (HttpResponse response = transport.send(request.withHeader("Accept", "application/json"))) {
      if (response.status() != 200) {
        throw SandboxErrors.of(response, What.FILE);
      }
    }
  }

  /**
   * Opens the stream of changes in the directory. The response headers arrive with the first
   * change, or after thirty seconds. The caller closes the response.
   *
   * @throws dev.sandpiper.InvalidRequestException if the directory does not exist
   */
  HttpResponse watch(CallScope end) {
    HttpRequest request = request(BlaxelCall.WATCH_OUTPUT, directory).in(end).unlimited();
    HttpResponse response = transport.send(request);
    if (response.status() == 200) {
      return response;
    }
    try (response) {
      throw SandboxErrors.of(response, What.FILE);
    }
  }

  private HttpRequest request(BlaxelCall call, String path) {
    return call.about(base, "commands", path);
  }

  static Failure failure(String subject, String observed) {
    return Failure.of(OPERATION, subject, observed);
  }
}
