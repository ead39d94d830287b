package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import okhttp3.HttpUrl;

/**
 * The files of one Blaxel sandbox. Every path is sent absolute and as one segment, its slashes as
 * {@code %2F}: in any other spelling the server may take it for another one.
 */
final class BlaxelFiles implements Filesystem {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
  private static final String PARTLY = "the file may hold a part of what was sent, or be gone";

  private final HttpTransport transport;
  private final HttpUrl base;
  private final SandboxPaths paths;
  private final Uploads uploads;

  BlaxelFiles(HttpTransport transport, HttpUrl base, SandboxPaths paths) {
    this.transport = transport;
    this.base = base;
    this.paths = paths;
    this.uploads = new Uploads(transport, base);
  }

  /** One byte is asked for, because asking for the head alone always succeeds. */
  @Override
  public boolean exists(String path) {
    String absolute = paths.absolute(path);
    HttpRequest request = raw("exists", absolute).withHeader("Range", "bytes=0-0").harmless();
    try (HttpResponse response = transport.send(request)) {
      return switch (response.status()) {
        case 200, 206, 416 -> true;
        default -> throw error(response);
      };
    } catch (NotFoundException e) {
      if (e.what() == What.FILE) {
        return false;
      }
      throw e;
    }
  }

  /** Below a file there is nothing either, and the server calls that an internal error. */
  private static SandboxException error(HttpResponse response) {
    SandboxException error = DataErrors.of(response, What.FILE);
    Failure failure = error.failure();
    boolean isBelowFile =
        response.status() == 500 && failure.observed().endsWith("not a directory");
    return isBelowFile ? new NotFoundException(What.FILE, failure, error) : error;
  }

  @Override
  public InputStream read(String path) {
    HttpRequest request = raw("read", paths.absolute(path)).harmless();
    HttpResponse response = transport.send(request);
    if (response.status() == 200 && isFile(response)) {
      return new FileBytes(request, response);
    }
    try (response) {
      if (response.status() != 200) {
        throw error(response);
      }
      if (String.valueOf(response.contentType()).startsWith("application/json")) {
        throw new InvalidRequestException(response.failure("it is a directory"));
      }
      throw new WireFormatException(response.failure("an answer that is no file"), null);
    }
  }

  /** A directory is listed instead, also where bytes were asked for. */
  private static boolean isFile(HttpResponse response) {
    return String.valueOf(response.header("Content-Disposition")).startsWith("attachment");
  }

  private HttpRequest raw(String operation, String absolute) {
    return HttpRequest.of(operation, absolute, "GET", url(base, "filesystem", absolute))
        .withHeader("Accept", "application/octet-stream");
  }

  @Override
  public void write(String path, Content content) {
    String absolute = paths.absolute(path);
    try {
      uploads.write(absolute, content);
    } catch (SandboxException e) {
      // A source that failed says so already.
      boolean says = e instanceof CancelledException && e.getCause() != null;
      throw says || !Ambiguity.mayHaveStarted(e) ? e : Ambiguity.unknown(e, PARTLY);
    }
  }

  @Override
  public void download(String path, Path target) {
    try (InputStream source = read(path)) {
      LocalFile.replace(target, source);
    } catch (SandboxIOException e) {
      throw e.failure();
    } catch (IOException e) {
      throw new UncheckedIOException("download " + path + " to " + target, e);
    }
  }

  @Override
  public void upload(Path source, String path) {
    if (!Files.isRegularFile(source)) {
      throw new UncheckedIOException(
          new NoSuchFileException(source.toString(), null, "no file to upload"));
    }
    write(path, Content.of(source));
  }

  /**
   * The address of an absolute path under one of the server's routes, such as {@code filesystem}.
   */
  static HttpUrl url(HttpUrl base, String route, String absolute) {
    StringBuilder segment = new StringBuilder();
    for (byte one : absolute.getBytes(UTF_8)) {
      if (UNRESERVED.indexOf(one) >= 0) {
        segment.append((char) one);
      } else {
        segment.append('%').append(String.format("%02X", one & 0xff));
      }
    }
    return base.newBuilder()
        .addPathSegments(route)
        .addEncodedPathSegment(segment.toString())
        .build();
  }
}
