package dev.sandpiper;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The connection was lost before the operation was complete. A process at the other end may still
 * be running; {@link #process()} identifies it. If no connection could be made at all, this is a
 * {@link ConnectFailedException}.
 */
public class ConnectionLostException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final @Nullable ProcessRef process;

  public ConnectionLostException(
      Failure failure, @Nullable ProcessRef process, @Nullable Throwable cause) {
    super(failure, cause);
    this.process = process;
  }

  /** The process whose stream was lost, for {@link Processes#attach}. */
  public Optional<ProcessRef> process() {
    return Optional.ofNullable(process);
  }
}
