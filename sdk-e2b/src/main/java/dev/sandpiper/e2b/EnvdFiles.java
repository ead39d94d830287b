package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.Filesystem;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.proto.FilesystemProto.StatRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import okhttp3.HttpUrl;

/** The files of one E2B sandbox: bytes over {@code /files}, the rest over its RPCs. */
final class EnvdFiles implements Filesystem {
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final String PARTLY = "the file may hold a part of what was sent";

  private final SandboxAccess access;
  private final HttpTransport transport;
  private final ConnectClient client;
  private final SandboxPaths paths;
  private final EnvdErrors errors = new EnvdErrors(What.FILE);

  EnvdFiles(
      SandboxAccess access, HttpTransport transport, ConnectClient client, SandboxPaths paths) {
    this.access = access;
    this.transport = transport;
    this.client = client;
    this.paths = paths;
  }

  @Override
  public boolean exists(String path) {
    String absolute = paths.absolute(path);
    HttpRequest request =
        client.request("exists", absolute, "filesystem.Filesystem/Stat").harmless();
    StatRequest message = StatRequest.newBuilder().setPath(absolute).build();
    try {
      client.unary(request, message, StatResponse.getDefaultInstance(), errors);
      return true;
    } catch (NotFoundException e) {
      if (e.what() == What.FILE && e.code().isPresent()) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public InputStream read(String path) {
    String absolute = paths.absolute(path);
    HttpRequest request = HttpRequest.of("read", absolute, "GET", filesUrl(absolute)).harmless();
    HttpResponse response = open(request);
    if ("0".equals(response.header("Content-Length"))) {
      // Files without a true size, as in /proc, come empty unless they are asked for in gzip.
      response.close();
      return new FileBytes(request, open(request.withHeader("Accept-Encoding", "gzip")));
    }
    return new FileBytes(request, response);
  }

  private HttpResponse open(HttpRequest request) {
    HttpResponse response = transport.send(request);
    if (response.status() == 200) {
      return response;
    }
    try (response) {
      throw errors.of(response);
    }
  }

  @Override
  public void write(String path, Content content) {
    requireRawUploads(path);
    String absolute = paths.absolute(path);
    HttpRequest request =
        HttpRequest.of("write", absolute, "POST", filesUrl(absolute))
            .withBody(HttpBody.of("application/octet-stream", content));
    try (HttpResponse response = transport.send(request)) {
      if (response.status() != 200) {
        throw errors.of(response);
      }
      requireOneFile(response);
    } catch (SandboxException e) {
      // A source that failed says so already.
      boolean says = e instanceof CancelledException && e.getCause() != null;
      throw says || !Ambiguity.mayHaveStarted(e) ? e : Ambiguity.unknown(e, PARTLY);
    }
  }

  private void requireRawUploads(String path) {
    if (access.envdVersion().isBefore(EnvdVersion.RAW_UPLOADS)) {
      throw new UnsupportedCapabilityException(
          Failure.of(
              "write",
              path,
              "streamed uploads need envd "
                  + EnvdVersion.RAW_UPLOADS
                  + ", the sandbox has "
                  + access.envdVersion()
                  + "; build its template anew"),
          null);
    }
  }

  /** An answer with fewer entries than files were sent would mean that one was ignored. */
  private static void requireOneFile(HttpResponse response) {
    try {
      JsonNode files = Json.parse(response.readAll(LONGEST_ANSWER));
      if (!files.isArray() || files.size() != 1) {
        throw new PlatformException(response.failure("the upload was not taken"));
      }
    } catch (MalformedStreamException e) {
      throw new WireFormatException(response.failure("an answer that cannot be read"), e);
    } catch (IOException e) {
      throw new PlatformException(
          response.failure("the file was sent, and the answer broke off"), e);
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
          new java.nio.file.NoSuchFileException(source.toString(), null, "no file to upload"));
    }
    write(path, Content.of(source));
  }

  private HttpUrl filesUrl(String path) {
    HttpUrl.Builder url =
        access.envdUrl().newBuilder().encodedPath("/files").addQueryParameter("path", path);
    if (access.envdVersion().isBefore(EnvdVersion.DEFAULT_USER)) {
      url.addQueryParameter("username", "user");
    }
    return url.build();
  }
}
