package dev.sandpiper;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This sandbox cannot do that. Nothing was sent; {@link Sandbox#capabilities()} says what it can.
 */
public class UnsupportedCapabilityException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final @Nullable Capability capability;

  public UnsupportedCapabilityException(Failure failure, @Nullable Capability capability) {
    super(failure, null);
    this.capability = capability;
  }

  /** Which capability is missing, if it is one of those that a sandbox announces. */
  public Optional<Capability> capability() {
    return Optional.ofNullable(capability);
  }
}
