package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Map;

/**
 * How to reach a port of a sandbox from outside.
 *
 * @param uri scheme, host and port; with a path only where the platform has one for each port, and
 *     yours are appended to it
 * @param headers what every request there must carry; may hold secrets, so do not log them
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
