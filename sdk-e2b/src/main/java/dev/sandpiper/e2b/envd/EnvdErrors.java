package dev.sandpiper.e2b.envd;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectErrors;
import dev.sandpiper.e2b.connect.ConnectFailure;
import dev.sandpiper.files.FileReasons;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;
import java.time.Duration;
import java.util.Optional;

/**
 * Maps the errors of a sandbox's data plane to exceptions. There are two kinds: errors of the
 * Connect protocol, with a code, and plain HTTP statuses. Responses of the edge in front of the
 * sandbox are handled by {@link EdgeTransport}.
 *
 * @param missing what was not found if the error is "not found"
 */
public record EnvdErrors(What missing) implements ConnectErrors {
  /** Followed by a path instead of a reason. */
  private static final String FILE_ABOVE = ": path is a file: ";

  private static final String START_FAILED = "error starting process '";

  public SandboxException of(HttpResponse response) {
    return of(ConnectFailure.read(response));
  }

  @Override
  public SandboxException of(ConnectFailure answer) {
    HttpResponse response = answer.response();
    ConnectError error = answer.error();
    Failure failure = response.failure(answer.message());
    if (answer.contradictsItsStatus()) {
      return new WireFormatException(failure);
    }
    if (error.explicit()) {
      return ofCode(error, failure);
    }
    return switch (response.status()) {
      case 429 -> response.rateLimited(failure);
      case 500 -> ofInternal(error, failure);
      default -> ofStatus(response.status(), failure);
    };
  }

  @Override
  public SandboxException ofEnd(ConnectError error, ConnectEnd end, Failure said) {
    return ofCode(error, said);
  }

  private SandboxException ofCode(ConnectError error, Failure said) {
    Failure failure = said.withObserved(reason(error)).withCode(error.code().wireName());
    return switch (error.code()) {
      case INVALID_ARGUMENT -> new InvalidRequestException(failure);
      // An invalid token is reported as a plain HTTP status; this code means an invalid user.
      case UNAUTHENTICATED -> new InvalidRequestException(failure);
      case PERMISSION_DENIED -> new AuthenticationException(failure);
      case NOT_FOUND -> new NotFoundException(missing, failure);
      case RESOURCE_EXHAUSTED -> new RateLimitedException(failure.withRetryable(true), null);
      case UNIMPLEMENTED -> new InvalidRequestException(failure);
      case DEADLINE_EXCEEDED ->
          new DeadlineExceededException(Limit.DEADLINE, Duration.ZERO, failure, null, null);
      case INTERNAL -> ofInternal(error, failure);
      default -> new PlatformException(failure);
    };
  }

  /** The daemon reports many invalid file requests as internal errors. */
  private SandboxException ofInternal(ConnectError error, Failure failure) {
    return Optional.of(error.message())
        .filter(message -> missing == What.FILE)
        .flatMap(EnvdErrors::ofFile)
        .<SandboxException>map(
            reason ->
                new InvalidRequestException(
                    failure
                        .withObserved(reason + " [" + failure.observed() + "]")
                        .withRetryable(false)))
        .orElseGet(() -> new PlatformException(failure));
  }

  /** The system's reason at the end of a message, if it is permanent. */
  private static Optional<String> ofFile(String message) {
    if (message.contains(FILE_ABOVE)) {
      return FileReasons.meaning("not a directory");
    }
    String last = FileReasons.last(message);
    return last.equals("file exists")
        ? Optional.of("a directory exists there, and directories are never replaced")
        : FileReasons.meaning(last);
  }

  /**
   * The message of a failed start contains the whole command, including secrets; only the reason
   * after it is kept.
   */
  private static String reason(ConnectError error) {
    String message = error.message();
    if (message.startsWith(START_FAILED)) {
      return "the process could not be started: "
          + message.substring(message.lastIndexOf("': ") + 3);
    }
    return message.isEmpty() ? "the sandbox responded with an error" : message;
  }

  private SandboxException ofStatus(int status, Failure failure) {
    if (status >= 300 && status < 400) {
      return new PlatformException(
          failure.withObserved("redirect, which is not followed; check the sandbox's URL"));
    }
    return switch (status) {
      case 400 -> new InvalidRequestException(failure);
      case 401, 403 -> new AuthenticationException(failure);
      case 404 -> new NotFoundException(missing, failure);
      case 507 -> new PlatformException(failure.withObserved("the disk of the sandbox is full"));
      default -> new PlatformException(failure);
    };
  }
}
