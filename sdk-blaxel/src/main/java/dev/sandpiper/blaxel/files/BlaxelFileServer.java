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

/** Files as {@code GET /filesystem} serves them, raw. */
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
   * A directory is listed, also where bytes were asked for. A keep-alive of a stream that somebody
   * left costs another answer some of its headers, or the number of its status.
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

  /** Throws what a file is that has no bytes of its own, such as a pipe or a device. */
  void requireRegular(String path) {
    commands.bytes(new Job("read", path, FileScripts.CONTENT, PATIENCE), path, "0");
  }

  /** By a script: the server sends as many bytes as the file claims to have, which are zero. */
  @Override
  public Source openUnsized(HttpRequest request) {
    Job job = new Job(request.operation(), request.subject(), FileScripts.CONTENT, PATIENCE);
    byte[] bytes = commands.bytes(job, request.subject(), Integer.toString(LONGEST_UNSIZED + 1));
    if (bytes.length > LONGEST_UNSIZED) {
      throw BlaxelFiles.refused(
          job.operation(), job.path(), "it has no size and more than 4 MiB: read it by a command");
    }
    return new Buffer().write(bytes);
  }
}
