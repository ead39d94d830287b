package dev.sandpiper.blaxel.files;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.files.FileReasons;
import dev.sandpiper.http.HttpResponse;
import java.util.Optional;

/**
 * Maps the errors of file calls. The server uses various statuses for the same system error, whose
 * text ends its message; if that means an invalid request, such an exception is thrown.
 */
final class FileErrors {
  private FileErrors() {}

  /**
   * Whether an entry exists, according to an error response. Empty if the server cannot tell,
   * because it follows links.
   *
   * @throws SandboxException if the error has another cause
   */
  static Optional<Boolean> presence(HttpResponse response) {
    SandboxException refusal = of(response);
    boolean isMissing = refusal instanceof NotFoundException missing && missing.what() == What.FILE;
    if (isMissing || refusal.failure().observed().equals(FileReasons.CIRCLE)) {
      return Optional.empty();
    }
    // The server found the entry but cannot open it or seek to its end.
    boolean isFound = response.status() == 422 && refusal.code().isEmpty();
    if (isFound || refusal.failure().observed().contains("seeker can't seek")) {
      return Optional.of(true);
    }
    throw refusal;
  }

  static SandboxException of(HttpResponse response) {
    SandboxException error = SandboxErrors.of(response, What.FILE);
    Optional<String> meaning = FileReasons.meaning(FileReasons.last(error.failure().observed()));
    return meaning.isEmpty()
        ? error
        : new InvalidRequestException(error.failure().withObserved(meaning.get()), error);
  }
}
