package dev.sandpiper.testkit.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.jspecify.annotations.Nullable;

/** Forwards requests for other ports to the programs that listen there on this machine. */
public final class PortForwarder {
  /** Hop-by-hop headers, or set by the forwarding client. */
  private static final Set<String> NOT_PASSED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "host",
          "content-length",
          "expect",
          "http2-settings");

  // Created at its first use, because it keeps a thread until it is garbage-collected.
  private @Nullable HttpClient client;

  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
    }
    return client;
  }

  /**
   * Forwards a request and its response.
   *
   * @param path the target path, percent-encoded
   * @param withheld headers that the port must not see, in lower case
   * @throws ConnectException if no program listens there; then there is no response yet
   */
  public void forward(Exchange exchange, int port, String path, Set<String> withheld)
      throws IOException {
    HttpResponse<InputStream> response;
    try {
      response =
          client().send(request(exchange, port, path, withheld), BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is stopping");
    }
    answer(exchange, response);
  }

  private static HttpRequest request(Exchange exchange, int port, String path, Set<String> withheld)
      throws IOException {
    String query = exchange.rawQuery() == null ? "" : "?" + exchange.rawQuery();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + query));
    for (HttpField field : exchange.headers()) {
      String name = field.getName();
      if (isPassed(name) && !withheld.contains(name.toLowerCase(Locale.ROOT))) {
        request.header(name, field.getValue());
      }
    }
    return request
        .method(
            exchange.method(),
            exchange.isBodyless()
                ? BodyPublishers.noBody()
                : BodyPublishers.ofInputStream(exchange::body))
        .build();
  }

  private static void answer(Exchange exchange, HttpResponse<InputStream> response)
      throws IOException {
    response
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (isPassed(name)) values.forEach(value -> exchange.add(name, value));
            });
    response
        .headers()
        .firstValue("content-length")
        .ifPresent(length -> exchange.set("Content-Length", length));
    OutputStream out = exchange.stream(response.statusCode());
    try (InputStream body = response.body()) {
      out.flush();
      body.transferTo(out);
    }
  }

  private static boolean isPassed(String header) {
    return !NOT_PASSED.contains(header.toLowerCase(Locale.ROOT));
  }
}
