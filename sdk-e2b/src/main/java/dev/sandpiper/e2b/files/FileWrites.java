package dev.sandpiper.e2b.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.e2b.E2bWriteOptions;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.util.Map;
import java.util.OptionalLong;
import okhttp3.HttpUrl;

/** Uploads files to a sandbox, in place. */
record FileWrites(EnvdVersion version, HttpTransport transport, EnvdErrors errors) {
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final String SEVERAL = "some of the files may have been written, in order";

  record Job(
      String path,
      HttpUrl url,
      Content content,
      UploadProgress progress,
      Map<String, String> metadata,
      boolean gzip) {

    /** A job without a progress listener. */
    static Job quiet(String path, HttpUrl url, Content content) {
      return new Job(path, url, content, UploadProgress.silent(), Map.of(), false);
    }

    /** The same content for another URL; messages still name the path. */
    Job to(HttpUrl other) {
      return new Job(path, other, content, progress, metadata, gzip);
    }
  }

  /** Rejects options that the sandbox's daemon does not support, before anything is sent. */
  void requireVersion(Job job) {
    version.require(EnvdVersion.RAW_UPLOADS, "write", job.path, "a streamed upload");
    requireVersion(job.path, job.metadata);
  }

  private void requireVersion(String path, Map<String, String> metadata) {
    if (!metadata.isEmpty()) {
      version.require(EnvdVersion.FILE_METADATA, "write", path, "metadata of files");
    }
  }

  /** Writes the file in place. An error says how much of it may have been written. */
  void inPlace(Job job) {
    requireVersion(job);
    try {
      upload(job);
    } catch (SandboxException e) {
      String outcome = "the file may contain a part of the content, up to ";
      throw UploadProgress.withOutcome(e, outcome + job.progress.sent() + " bytes");
    }
  }

  /** Writes the file; the caller adds the file's state to an error. */
  void upload(Job job) {
    HttpRequest request = HttpRequest.of(E2bCall.WRITE, job.path, job.url);
    UploadBody body = new UploadBody(UploadBody.BYTES, job.content, job.progress, job.gzip);
    send(FileMetadata.addTo(request, job.metadata), body, 1);
  }

  /** Writes several files with one request, in order. */
  void together(Map<String, Content> files, HttpUrl url, E2bWriteOptions options) {
    String first = files.keySet().iterator().next();
    requireVersion(first, options.metadata());
    FormUpload form = FormUpload.of(files);
    UploadProgress progress = new UploadProgress(options.common().listener(), OptionalLong.empty());
    UploadBody body = new UploadBody(form.contentType(), form.content(), progress, options.gzips());
    HttpRequest request = HttpRequest.of(E2bCall.WRITE, files.size() + " files from " + first, url);
    try {
      send(FileMetadata.addTo(request, options.metadata()), body, files.size());
    } catch (InvalidRequestException e) {
      throw new InvalidRequestException(
          e.failure().withObserved(SEVERAL + "; " + e.failure().observed()), e);
    } catch (SandboxException e) {
      throw Ambiguity.mayHaveStarted(e) ? Ambiguity.unknown(e, SEVERAL) : e;
    }
  }

  /**
   * Writes a part of a file under a name of its own; the caller that joins the parts reports
   * failures.
   */
  void part(String path, HttpUrl url, Content content, TransferListener listener, CallScope end) {
    UploadProgress progress = new UploadProgress(listener, OptionalLong.empty());
    HttpRequest request = HttpRequest.of(E2bCall.WRITE, path, url).in(end);
    send(request, new UploadBody(UploadBody.BYTES, content, progress, false), 1);
  }

  private void send(HttpRequest plain, UploadBody body, int count) {
    HttpRequest bare = body.gzip() ? plain.withHeader("Content-Encoding", "gzip") : plain;
    body.progress().run(() -> send(bare.withBody(body), count));
    body.progress().end();
  }

  /** Checks that the response has as many entries as files were sent: otherwise one was ignored. */
  private void send(HttpRequest request, int count) {
    try (HttpResponse response = transport.send(request)) {
      if (response.status() != 200) {
        throw errors.of(response);
      }
      JsonNode files = response.json(LONGEST_ANSWER);
      if (!files.isArray() || files.size() != count) {
        throw new PlatformException(
            response.failure("the sandbox did not write all uploaded files"));
      }
    }
  }
}
