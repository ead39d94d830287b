package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A URL that reads or writes one file of a sandbox, without any other credential. Who has it can do
 * that until it expires, and learns the sandbox's id, the file's path and, where it is given, a
 * user's name. It can be taken back only by ending the sandbox. Treat it as a secret.
 *
 * @param uri signed where the sandbox has an access token; open to everybody where it has none
 * @param headers what a request must carry beside; empty at E2B itself, and not where the settings
 *     name another address for sandboxes
 * @param expires when it ends to be valid, if ever
 */
public record E2bFileUrl(URI uri, Map<String, String> headers, Optional<Instant> expires) {
  public E2bFileUrl {
    requireNonNull(uri, "uri");
    headers = Map.copyOf(headers);
    requireNonNull(expires, "expires");
  }

  /** The host and when it expires; neither path nor signature. */
  @Override
  public String toString() {
    return "E2bFileUrl["
        + uri.getAuthority()
        + expires.map(end -> ", until " + end).orElse("")
        + "]";
  }
}
