package dev.sandpiper.files;

import dev.sandpiper.SandboxException;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import okio.Source;

/** How a platform serves the bytes of files. */
public interface FileServer {

  /** What a success is. */
  enum Answer {
    FILE,
    DIRECTORY,
    /** Not the answer to the request, which is sent again. */
    SPOILT
  }

  /** A request for the bytes of a file, which may be repeated. */
  HttpRequest request(String operation, String path);

  /** What an answer with status 200 or 206 is, by its head. */
  Answer kind(HttpResponse response);

  /** The error in an unsuccessful response. Reads the body. */
  SandboxException refusal(HttpResponse response);

  /**
   * Opens a file that is not as long as the platform says, such as those in {@code /proc}. The
   * caller closes the source.
   *
   * @param request for the whole file
   * @throws dev.sandpiper.InvalidRequestException if it cannot be read at all
   */
  Source openUnsized(HttpRequest request);
}
