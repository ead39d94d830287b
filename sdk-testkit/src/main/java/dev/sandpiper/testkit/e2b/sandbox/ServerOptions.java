package dev.sandpiper.testkit.e2b.sandbox;

import java.util.Set;

/**
 * The options of a local E2B.
 *
 * @param templates the names that a sandbox can be created from
 * @param controlPort the port of the control plane; zero for any free port
 * @param sandboxPort the port of all sandboxes; zero for any free port
 * @param debugClients whether there is a sandbox without a token for clients in debug mode
 * @param wideCors whether web pages from everywhere may send requests
 * @param wholeHost whether file calls may access files outside a sandbox's directory
 * @param unenforced the fields of requests that are accepted although they have no effect
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

  /** On free ports, with the strictest rules. */
  public static ServerOptions of(Set<String> templates) {
    return new ServerOptions(templates, 0, 0, false, false, false, Set.of());
  }
}
