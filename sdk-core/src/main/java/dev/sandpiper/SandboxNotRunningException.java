package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox does not run, so nothing was done in it: it sleeps, was killed, expired, or never
 * was. One that sleeps ({@link SandboxInfo.State#PAUSED}) is woken by {@link
 * SandboxClient#connect(String)}; in place of any other, create a new one.
 */
public class SandboxNotRunningException extends NotFoundException {
  private static final long serialVersionUID = 1L;

  private final SandboxInfo.@Nullable State state;

  /**
   * @param state what the platform says of it instead; null if it does not know it, or was not
   *     asked
   */
  public SandboxNotRunningException(
      Failure failure, SandboxInfo.@Nullable State state, @Nullable Throwable cause) {
    super(What.SANDBOX, requireNonNull(failure, "failure"), cause);
    this.state = state;
  }

  /** What the platform says of it instead; empty if it does not know it, or could not be asked. */
  public Optional<SandboxInfo.State> state() {
    return Optional.ofNullable(state);
  }
}
