package dev.sandpiper.e2b;

/** The one sandbox of debug mode: a daemon on this machine that nobody created. */
final class DebugSandbox {
  static final String ID = "debug_sandbox_id";
  private static final EnvdVersion NEWEST = new EnvdVersion(99, 99, 99);

  private DebugSandbox() {}

  static SandboxAccess access(SandboxAddresses addresses) {
    return new SandboxAccess(
        ID,
        E2bSettings.DEFAULT_DOMAIN,
        NEWEST,
        addresses.envd(ID, E2bSettings.DEFAULT_DOMAIN),
        null,
        null);
  }
}
