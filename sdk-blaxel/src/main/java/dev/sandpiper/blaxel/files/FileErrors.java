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
 * Refusals of calls about files. The server has many numbers for one reason of the system, which
 * stands at the end of its message; where it is the request's fault, that is what is thrown.
 */
final class FileErrors {
  private FileErrors() {}

  /**
   * Whether something is there, by a refusal to send it. Empty if the server cannot tell, because
   * it follows links.
   *
   * @throws SandboxException if the refusal is about something else
   */
  static Optional<Boolean> presence(HttpResponse response) {
    SandboxException refusal = of(response);
    boolean isMissing = refusal instanceof NotFoundException missing && missing.what() == What.FILE;
    if (isMissing || refusal.failure().observed().equals(FileReasons.CIRCLE)) {
      return Optional.empty();
    }
    // The server has found what it cannot open, or whose end it cannot seek.
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
