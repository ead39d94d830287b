package dev.sandpiper.files;

import dev.sandpiper.SandboxException;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import okio.Source;

/** How a platform serves file contents. */
public interface FileServer {

  /** What a successful response contains. */
  enum Answer {
    FILE,
    DIRECTORY,
    /** Something other than the response to the request, which is retried. */
    SPOILT
  }

  /** A request for the contents of a file, which may be retried. */
  HttpRequest request(String operation, String path);

  /** What a response with status 200 or 206 contains, judged by its headers. */
  Answer kind(HttpResponse response);

  /** The error in an unsuccessful response. Reads the body. */
  SandboxException refusal(HttpResponse response);

  /**
   * Opens a file whose size the platform does not report correctly, such as those in {@code /proc}.
   * The caller closes the source.
   *
   * @param request a request for the whole file
   * @throws dev.sandpiper.InvalidRequestException if it cannot be read at all
   */
  Source openUnsized(HttpRequest request);
}
