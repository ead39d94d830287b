package dev.sandpiper.e2b;

import dev.sandpiper.SandboxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The outcome of one of the requested forks: a sandbox, or the reason for its failure. */
public final class E2bFork {
  private final @Nullable E2bSandbox sandbox;
  private final @Nullable SandboxException failure;

  private E2bFork(@Nullable E2bSandbox sandbox, @Nullable SandboxException failure) {
    this.sandbox = sandbox;
    this.failure = failure;
  }

  static E2bFork of(E2bSandbox sandbox) {
    return new E2bFork(sandbox, null);
  }

  static E2bFork failed(SandboxException failure) {
    return new E2bFork(null, failure);
  }

  /** The fork, which the caller closes; closing it kills it. Empty if it could not be created. */
  public Optional<E2bSandbox> sandbox() {
    return Optional.ofNullable(sandbox);
  }

  /** Why it could not be created. Empty if it was. */
  public Optional<SandboxException> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * The fork.
   *
   * @throws SandboxException if it could not be created
   */
  public E2bSandbox orThrow() {
    if (sandbox == null) {
      throw failure().orElseThrow();
    }
    return sandbox;
  }

  @Override
  public String toString() {
    return "E2bFork[" + (sandbox == null ? failure : sandbox) + "]";
  }
}
