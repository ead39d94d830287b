package dev.sandpiper;

import static java.util.Objects.requireNonNull;

/**
 * The sandbox does not support the operation. Nothing was done; {@link Sandbox#capabilities()}
 * lists what it supports.
 */
public class UnsupportedCapabilityException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final Capability capability;

  public UnsupportedCapabilityException(Failure failure, Capability capability) {
    super(failure, null);
    this.capability = requireNonNull(capability, "capability");
  }

  /** The missing capability. */
  public Capability capability() {
    return capability;
  }
}
