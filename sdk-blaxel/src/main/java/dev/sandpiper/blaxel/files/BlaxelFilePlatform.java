package dev.sandpiper.blaxel.files;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.blaxel.files.FileCommands.Job;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.files.FilePlatform;
import dev.sandpiper.files.FileReads;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.Json;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;

/** {@link FilePlatform} over the platform's own calls, or scripts if these are not exact. */
record BlaxelFilePlatform(
    HttpTransport transport,
    HttpUrl base,
    FileCommands commands,
    Listing listing,
    FileReads reads,
    Uploads uploads)
    implements FilePlatform {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration CLEAN_UP = Duration.ofSeconds(10);

  @Override
  public Optional<FileInfo> look(String path) {
    return listing.look("write", path);
  }

  @Override
  public void replace(String path, String hidden, String target, Optional<Integer> mode) {
    Job job = new Job("write", path, FileScripts.REPLACE, PATIENCE);
    String bits = mode.map(Integer::toOctalString).orElse("");
    FileCommands.requireSuccess(job, commands.exec(job, hidden, target, bits));
  }

  @Override
  public boolean withdraw(String path, String hidden) {
    Job job = new Job("write", path, FileScripts.WITHDRAW, CLEAN_UP);
    try {
      FileCommands.requireSuccess(job, commands.exec(job, hidden));
      return true;
    } catch (NotFoundException e) {
      if (e.what() != What.FILE) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void makeDirectory(String directory) {
    HttpRequest request =
        BlaxelCall.MAKE_DIRECTORY
            .about(base, directory, directory)
            .withJson(Json.object().put("isDirectory", true));
    send(request, Set.of(200));
  }

  @Override
  public void delete(String hidden) {
    HttpRequest request =
        BlaxelCall.DELETE_ARCHIVE
            .about(base, hidden, hidden)
            .in(uploads.scope().apart())
            .within(CLEAN_UP);
    send(request, Set.of(200, 404));
  }

  private void send(HttpRequest request, Set<Integer> successes) {
    try (HttpResponse response = transport.send(request)) {
      if (!successes.contains(response.status())) {
        throw FileErrors.of(response);
      }
    }
  }

  @Override
  public void write(String hidden, Content content) {
    uploads.write(hidden, content, UploadProgress.silent());
  }

  @Override
  public InputStream open(String hidden) {
    return reads.open("read", hidden, ReadOptions.whole());
  }

  @Override
  public Command reading(Command command) {
    return command; // all commands run as root
  }
}
