package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox is not running, so nothing was done in it: it is paused, was killed, has expired, or
 * never existed. {@link SandboxClient#connect(String)} wakes a paused one ({@link
 * SandboxInfo.State#PAUSED}); otherwise create a new one.
 */
public class SandboxNotRunningException extends NotFoundException {
  private static final long serialVersionUID = 1L;

  private final SandboxInfo.@Nullable State state;

  /**
   * @param state the state that the platform reports; null if it does not know the sandbox, or was
   *     not asked
   */
  public SandboxNotRunningException(
      Failure failure, SandboxInfo.@Nullable State state, @Nullable Throwable cause) {
    super(What.SANDBOX, requireNonNull(failure, "failure"), cause);
    this.state = state;
  }

  /**
   * The state that the platform reports; empty if it does not know the sandbox, or could not be
   * asked.
   */
  public Optional<SandboxInfo.State> state() {
    return Optional.ofNullable(state);
  }
}
