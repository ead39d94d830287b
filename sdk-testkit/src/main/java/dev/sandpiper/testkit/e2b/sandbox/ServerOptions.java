package dev.sandpiper.testkit.e2b.sandbox;

import java.util.Set;

/**
 * What a local E2B serves, and to whom.
 *
 * @param templates the names that a sandbox can be created from
 * @param controlPort where the control plane listens; zero for any free port
 * @param sandboxPort where all sandboxes are reached; zero for any free port
 * @param debugClients whether there is a sandbox without a token, where clients in debug mode look
 * @param wideCors whether web pages from everywhere may send requests
 * @param wholeHost whether file calls may leave a sandbox's directory
 * @param unenforced the fields of requests that are accepted although nothing is done about them
 */
public record ServerOptions(
    Set<String> templates,
    int controlPort,
    int sandboxPort,
    boolean debugClients,
    boolean wideCors,
    boolean wholeHost,
    Set<String> unenforced) {
  public ServerOptions {
    templates = Set.copyOf(templates);
    unenforced = Set.copyOf(unenforced);
  }

  /** On free ports, and as narrow as it goes. */
  public static ServerOptions of(Set<String> templates) {
    return new ServerOptions(templates, 0, 0, false, false, false, Set.of());
  }
}
