package dev.sandpiper.e2b.connect;

import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;

/** An error exactly as the protocol words it, where E2B's clients would throw what it means. */
@NullMarked
final class ReportedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  /** Hands on what the Connect client reports. */
  static final ConnectErrors ERRORS =
      new ConnectErrors() {
        @Override
        public SandboxException of(ConnectFailure failure) {
          return new ReportedException(
              failure.response().failure("refused"),
              failure.error(),
              Optional.of(ConnectMetadata.ofUnary(failure.response().headers().toMultimap())));
        }

        @Override
        public SandboxException ofEnd(ConnectError error, ConnectEnd end, Failure said) {
          return new ReportedException(said, error, Optional.empty());
        }
      };

  private final transient ConnectError error;
  private final transient Optional<ConnectMetadata> metadata;

  private ReportedException(
      Failure failure, ConnectError error, Optional<ConnectMetadata> metadata) {
    super(failure, null);
    this.error = error;
    this.metadata = metadata;
  }

  ConnectError error() {
    return error;
  }

  /** What the head of the answer said; empty where the end of a stream says it. */
  Optional<ConnectMetadata> metadata() {
    return metadata;
  }
}
