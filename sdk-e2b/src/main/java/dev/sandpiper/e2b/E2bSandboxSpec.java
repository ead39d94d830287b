package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxSpec;

/** A {@link SandboxSpec} with what only E2B knows. Immutable. */
public final class E2bSandboxSpec {
  private final SandboxSpec common;
  private final boolean secure;
  private final boolean internetAccess;

  private E2bSandboxSpec(SandboxSpec common, boolean secure, boolean internetAccess) {
    this.common = common;
    this.secure = secure;
    this.internetAccess = internetAccess;
  }

  /** The same, secured and with access to the internet. */
  public static E2bSandboxSpec of(SandboxSpec common) {
    return new E2bSandboxSpec(requireNonNull(common, "common"), true, true);
  }

  /**
   * Whether commands and files need the sandbox's own token. Other ports of the sandbox are open to
   * whoever knows its name in either case.
   */
  public E2bSandboxSpec secure(boolean needsToken) {
    return new E2bSandboxSpec(common, needsToken, internetAccess);
  }

  /** Whether the sandbox can reach the internet. */
  public E2bSandboxSpec internetAccess(boolean allowed) {
    return new E2bSandboxSpec(common, secure, allowed);
  }

  public SandboxSpec common() {
    return common;
  }

  public boolean secure() {
    return secure;
  }

  public boolean internetAccess() {
    return internetAccess;
  }

  @Override
  public String toString() {
    return "E2b" + common;
  }
}
