package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A URL that reads or writes one file of a sandbox, without any other credential. Anyone who has it
 * can do that until it expires, and learns the sandbox's id, the file's path and the user's name,
 * if one was given. It can be revoked only by ending the sandbox. Treat it as a secret.
 *
 * @param uri signed if the sandbox has an access token; otherwise it is not protected
 * @param headers further headers that a request needs; empty on E2B itself, but not if the settings
 *     name another address for sandboxes
 * @param expires when it expires, if ever
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
