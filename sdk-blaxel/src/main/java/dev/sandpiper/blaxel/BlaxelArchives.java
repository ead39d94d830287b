package dev.sandpiper.blaxel;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.files.DirectoryCopies;
import dev.sandpiper.files.FileReads;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.Json;
import java.io.InputStream;
import java.time.Duration;

/** Archives on their way, as files: in pieces where they are long. */
final class BlaxelArchives implements DirectoryCopies.Archives {
  private static final Duration CLEAN_UP = Duration.ofSeconds(10);

  private final HttpTransport transport;
  private final BlaxelFiles files;
  private final FileReads reads;
  private final Uploads uploads;

  BlaxelArchives(HttpTransport transport, BlaxelFiles files, FileReads reads, Uploads uploads) {
    this.transport = transport;
    this.files = files;
    this.reads = reads;
    this.uploads = uploads;
  }

  @Override
  public void makeDirectory(String directory) {
    HttpBody body =
        HttpBody.of("application/json", Json.write(Json.object().put("isDirectory", true)));
    HttpRequest request =
        HttpRequest.of("make directory", directory, "PUT", files.url(directory))
            .withBody(body)
            .harmless();
    try (HttpResponse response = transport.send(request)) {
      if (response.status() != 200) {
        throw FileErrors.of(response);
      }
    }
  }

  @Override
  public void write(String archive, Content content) {
    uploads.write(archive, content, UploadProgress.silent());
  }

  @Override
  public InputStream open(String archive) {
    return reads.open("read", archive, ReadOptions.whole());
  }

  @Override
  public void delete(String archive) {
    HttpRequest request =
        HttpRequest.of("delete", archive, "DELETE", files.url(archive)).harmless().within(CLEAN_UP);
    try (HttpResponse response = transport.send(request)) {
      if (response.status() != 200 && response.status() != 404) {
        throw FileErrors.of(response);
      }
    }
  }

  @Override
  public Command reading(Command command) {
    return command; // all commands are root's
  }
}
