package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.util.Map;
import java.util.OptionalLong;
import okhttp3.HttpUrl;

/** Sends files into a sandbox, in place. */
final class FileWrites {
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final String SEVERAL = "some of the files may be written, in their order";

  private final EnvdVersion version;
  private final HttpTransport transport;
  private final EnvdErrors errors;

  FileWrites(EnvdVersion version, HttpTransport transport, EnvdErrors errors) {
    this.version = version;
    this.transport = transport;
    this.errors = errors;
  }

  /** What to send, where to, and who is told. */
  record Job(
      String path,
      HttpUrl url,
      Content content,
      OptionalLong total,
      TransferListener listener,
      Map<String, String> metadata,
      boolean gzip) {

    /** The same bytes for another place; messages keep to the path. */
    Job to(HttpUrl other) {
      return new Job(path, other, content, total, listener, metadata, gzip);
    }
  }

  /** Refuses what the sandbox's daemon cannot take, before anything is sent. */
  void requireVersion(Job job) {
    version.require(EnvdVersion.RAW_UPLOADS, "write", job.path, "a streamed upload", null);
    if (!job.metadata.isEmpty()) {
      version.require(EnvdVersion.FILE_METADATA, "write", job.path, "metadata of files", null);
    }
  }

  /** Writes into the file itself; an error says what may be left of it. */
  void inPlace(Job job) {
    requireVersion(job);
    UploadBody body = body(job);
    try {
      upload(job, body);
    } catch (SandboxException e) {
      throw told(e, body);
    }
  }

  /** Writes, and leaves it to the caller to say what became of the file. */
  void upload(Job job) {
    upload(job, body(job));
  }

  /** Writes several files with one request, in their order. */
  void together(Map<String, Content> files, HttpUrl url, E2bWriteOptions options) {
    String first = files.keySet().iterator().next();
    if (!options.metadata().isEmpty()) {
      version.require(EnvdVersion.FILE_METADATA, "write", first, "metadata of files", null);
    }
    FormUpload form = new FormUpload(files);
    UploadBody body =
        new UploadBody(
            form.contentType(),
            form.content(),
            OptionalLong.empty(),
            options.common().listener(),
            options.isGzip());
    HttpRequest request =
        HttpRequest.of("write", files.size() + " files from " + first, "POST", url).withBody(body);
    try {
      send(FileMetadata.addTo(request, options.metadata()), body, files.size());
    } catch (SandboxException e) {
      throw toldOfSeveral(e);
    }
  }

  /** Writes a part of a file under a name of its own; whoever joins the parts tells failures. */
  void part(String path, HttpUrl url, Content content, TransferListener listener, CallScope end) {
    UploadBody body =
        new UploadBody("application/octet-stream", content, OptionalLong.empty(), listener, false);
    HttpRequest request = HttpRequest.of("write", path, "POST", url).withBody(body).in(end);
    send(request, body, 1);
  }

  private static SandboxException toldOfSeveral(SandboxException failure) {
    if (failure instanceof InvalidRequestException) {
      return new InvalidRequestException(
          failure.failure().withObserved(SEVERAL + "; " + failure.failure().observed()), failure);
    }
    return Ambiguity.mayHaveStarted(failure) ? Ambiguity.unknown(failure, SEVERAL) : failure;
  }

  private static UploadBody body(Job job) {
    return new UploadBody(
        "application/octet-stream", job.content, job.total, job.listener, job.gzip);
  }

  private void upload(Job job, UploadBody body) {
    HttpRequest request = HttpRequest.of("write", job.path, "POST", job.url).withBody(body);
    send(FileMetadata.addTo(request, job.metadata), body, 1);
  }

  /** A source that failed says by itself that a part may be there. */
  private static SandboxException told(SandboxException failure, UploadBody body) {
    boolean says = failure instanceof CancelledException && failure.getCause() != null;
    if (says || !Ambiguity.mayHaveStarted(failure)) {
      return failure;
    }
    return Ambiguity.unknown(
        failure, "the file may hold a part of what was sent, up to " + body.sent() + " bytes");
  }

  /** Sends files, and checks that none was ignored. What the caller's code threw goes first. */
  private void send(HttpRequest request, UploadBody body, int count) {
    try (HttpResponse response =
        transport.send(body.isGzip() ? request.withHeader("Content-Encoding", "gzip") : request)) {
      if (response.status() != 200) {
        throw errors.of(response);
      }
      requireFiles(response, count);
    } catch (SandboxException e) {
      RuntimeException thrown = body.thrown();
      if (thrown == null) {
        throw e;
      }
      thrown.addSuppressed(e);
      throw thrown;
    }
  }

  /** An answer with fewer entries than files were sent would mean that one was ignored. */
  private static void requireFiles(HttpResponse response, int count) {
    JsonNode files = response.json(LONGEST_ANSWER);
    if (!files.isArray() || files.size() != count) {
      throw new PlatformException(response.failure("the upload was not taken"));
    }
  }
}
