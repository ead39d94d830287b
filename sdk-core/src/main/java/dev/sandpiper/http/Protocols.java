package dev.sandpiper.http;

import dev.sandpiper.HttpVersion;

/**
 * Which versions of HTTP to speak.
 *
 * @param calls for all requests but those
 * @param processStreams that stay open for as long as a process runs
 */
public record Protocols(HttpVersion calls, HttpVersion processStreams) {

  /** HTTP/2 where TLS agrees, for everything. */
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
