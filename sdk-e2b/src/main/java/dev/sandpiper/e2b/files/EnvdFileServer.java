package dev.sandpiper.e2b.files;

import dev.sandpiper.SandboxException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.files.FileServer;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okio.ForwardingSource;
import okio.GzipSource;
import okio.Source;

/** Files as served by {@code GET /files}. */
record EnvdFileServer(
    HttpTransport transport, EnvdErrors errors, Function<String, HttpUrl> filesUrl)
    implements FileServer {

  @Override
  public HttpRequest request(String operation, String path) {
    return HttpRequest.of(E2bCall.READ, path, filesUrl.apply(path)).withOperation(operation);
  }

  @Override
  public Answer kind(HttpResponse response) {
    return Answer.FILE;
  }

  @Override
  public SandboxException refusal(HttpResponse response) {
    return errors.of(response);
  }

  /** Requests gzip, because then the server does not depend on the file's size. */
  @Override
  public Source openUnsized(HttpRequest request) {
    HttpResponse response = transport.send(request.withHeader("Accept-Encoding", "gzip"));
    if (response.status() != 200) {
      try (response) {
        throw refusal(response);
      }
    }
    boolean packed = "gzip".equals(response.header("Content-Encoding"));
    Source source = packed ? new GzipSource(response.source()) : response.source();
    return new ForwardingSource(source) {
      @Override
      public void close() {
        response.close();
      }
    };
  }
}
