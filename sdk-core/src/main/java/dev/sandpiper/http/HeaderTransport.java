package dev.sandpiper.http;

import okhttp3.Headers;

/**
 * Adds headers that belong to one plane, credentials among them, to every request; a header of the
 * request itself wins.
 */
public final class HeaderTransport implements HttpTransport {
  private final HttpTransport next;
  private final Headers headers;

  public HeaderTransport(HttpTransport next, Headers headers) {
    this.next = next;
    this.headers = headers;
  }

  @Override
  public HttpResponse send(HttpRequest request) {
    Headers.Builder all = headers.newBuilder();
    request.headers().names().forEach(all::removeAll);
    return next.send(request.withHeaders(all.addAll(request.headers()).build()));
  }
}
