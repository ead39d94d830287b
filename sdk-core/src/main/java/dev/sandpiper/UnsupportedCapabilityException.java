package dev.sandpiper;

import static java.util.Objects.requireNonNull;

/**
 * This sandbox cannot do that. Nothing was done; {@link Sandbox#capabilities()} says what it can.
 */
public class UnsupportedCapabilityException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final Capability capability;

  public UnsupportedCapabilityException(Failure failure, Capability capability) {
    super(failure, null);
    this.capability = requireNonNull(capability, "capability");
  }

  /** Which capability is missing. */
  public Capability capability() {
    return capability;
  }
}
