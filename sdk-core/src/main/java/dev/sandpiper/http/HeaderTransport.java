package dev.sandpiper.http;

import okhttp3.Headers;

/**
 * Adds headers, such as the credentials of one API, to every request. A header of the request
 * itself takes precedence.
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
