package dev.sandpiper.http;

import dev.sandpiper.HttpVersion;

/**
 * The HTTP versions to use.
 *
 * @param calls for all requests except process streams
 * @param processStreams for responses that stay open as long as a process runs
 */
public record Protocols(HttpVersion calls, HttpVersion processStreams) {

  /** HTTP/2 if negotiated by TLS (ALPN), for all requests. */
  public static Protocols standard() {
    return all(HttpVersion.AUTOMATIC);
  }

  public static Protocols all(HttpVersion version) {
    return new Protocols(version, version);
  }

  HttpVersion of(HttpRequest request) {
    return switch (request.terms().traffic()) {
      case CALL -> calls;
      case PROCESS_STREAM -> processStreams;
      case ALONE -> HttpVersion.HTTP_1_1;
    };
  }
}
