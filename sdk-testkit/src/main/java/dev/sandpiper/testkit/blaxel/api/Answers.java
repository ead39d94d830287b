package dev.sandpiper.testkit.blaxel.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import java.io.IOException;

/** The forms of the responses of the server in a sandbox. */
public final class Answers {
  private Answers() {}

  /** Adds the headers of every response except redirects; preflights have only the first half. */
  public static void headers(Exchange exchange) {
    crossOrigin(exchange);
    exchange.set("Cache-Control", "no-cache, no-store, must-revalidate");
    exchange.set("Expires", "0");
    exchange.set("Pragma", "no-cache");
    exchange.set("X-Content-Type-Options", "nosniff");
  }

  public static void crossOrigin(Exchange exchange) {
    exchange.set("Access-Control-Allow-Headers", "Content-Type, Authorization");
    exchange.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, HEAD, OPTIONS");
    exchange.set("Access-Control-Allow-Origin", "*");
  }

  public static void error(Exchange exchange, int status, String text) throws IOException {
    exchange.json(status, GoJson.object().put("error", text));
  }

  public static void message(Exchange exchange, String text) throws IOException {
    exchange.json(200, GoJson.object().put("message", text));
  }

  /** A successful operation, and its subject. */
  public static void done(Exchange exchange, String path, String text) throws IOException {
    exchange.json(200, GoJson.object().put("path", path).put("message", text));
  }

  /** The router's own response, also for a path that exists for another method. */
  public static void pageNotFound(Exchange exchange) throws IOException {
    exchange.set("Content-Type", "text/plain");
    exchange.answer(404, "404 page not found".getBytes(UTF_8));
  }

  /** The HTTP library's own error, which has none of the usual headers. */
  public static void refuseEscape(Exchange exchange) throws IOException {
    exchange.set("Content-Type", "text/plain; charset=utf-8");
    exchange.set("Connection", "close");
    exchange.answer(400, "400 Bad Request".getBytes(UTF_8));
  }
}
