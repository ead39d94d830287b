package dev.sandpiper.blaxel.files;

import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.files.FileCommands.Job;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.files.FileServer;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import java.time.Duration;
import okhttp3.HttpUrl;
import okio.Buffer;
import okio.Source;

/** Files as served by {@code GET /filesystem}, raw. */
record BlaxelFileServer(HttpUrl base, FileCommands commands) implements FileServer {
  private static final int LONGEST_UNSIZED = 4 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public HttpRequest request(String operation, String path) {
    return BlaxelCall.READ
        .about(base, path, path)
        .withOperation(operation)
        .withHeader("Accept", "application/octet-stream");
  }

  /**
   * A directory is returned as a listing even if bytes were requested. A keep-alive of an abandoned
   * stream may overwrite headers, or the status, of another response.
   */
  @Override
  public Answer kind(HttpResponse response) {
    boolean isFile =
        String.valueOf(response.header("Content-Disposition")).startsWith("attachment");
    boolean hasRange = response.header("Content-Range") != null;
    if (isFile && hasRange == (response.status() == 206)) {
      return Answer.FILE;
    }
    boolean isListing =
        !isFile && String.valueOf(response.contentType()).startsWith("application/json");
    return isListing ? Answer.DIRECTORY : Answer.SPOILT;
  }

  @Override
  public SandboxException refusal(HttpResponse response) {
    return FileErrors.of(response);
  }

  /** Throws if the file has no content of its own, such as a pipe or a device. */
  void requireRegular(String path) {
    commands.bytes(new Job("read", path, FileScripts.CONTENT, PATIENCE), path, "0");
  }

  /**
   * Reads with a script, because the server sends as many bytes as the file's reported size, which
   * is zero.
   */
  @Override
  public Source openUnsized(HttpRequest request) {
    Job job = new Job(request.operation(), request.subject(), FileScripts.CONTENT, PATIENCE);
    byte[] bytes = commands.bytes(job, request.subject(), Integer.toString(LONGEST_UNSIZED + 1));
    if (bytes.length > LONGEST_UNSIZED) {
      throw BlaxelFiles.refused(
          job.operation(),
          job.path(),
          "the file has no size and more than 4 MiB of content; read it with a command");
    }
    return new Buffer().write(bytes);
  }
}
