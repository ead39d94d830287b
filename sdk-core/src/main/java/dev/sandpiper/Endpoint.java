package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Map;

/**
 * How to reach a port of a sandbox from outside.
 *
 * @param uri scheme, host and port; with a path only if the platform has one for each port, to
 *     which you append yours
 * @param headers the headers that every request to it needs; may contain secrets, so do not log
 *     them
 */
public record Endpoint(URI uri, Map<String, String> headers) {
  public Endpoint {
    requireNonNull(uri, "uri");
    headers = Map.copyOf(headers);
  }

  /** The address and the names of the headers, without their values. */
  @Override
  public String toString() {
    return uri + " with headers " + headers.keySet();
  }
}
