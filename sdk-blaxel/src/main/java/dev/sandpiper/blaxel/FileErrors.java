package dev.sandpiper.blaxel;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.files.FileReasons;
import dev.sandpiper.http.HttpResponse;
import java.util.Optional;

/**
 * Refusals of calls about files. The server has many numbers for one reason of the system, which
 * stands at the end of its message; where it is the request's fault, that is what is thrown.
 */
final class FileErrors {
  private FileErrors() {}

  /** The error in an answer that is no success. */
  static SandboxException of(HttpResponse response) {
    SandboxException error = DataErrors.of(response, What.FILE);
    Optional<String> meaning = FileReasons.meaning(FileReasons.last(error.failure().observed()));
    return meaning.isEmpty()
        ? error
        : new InvalidRequestException(error.failure().withObserved(meaning.get()), error);
  }
}
