package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;

/** What sandbox-api puts in front of nearly every answer. */
final class FileHeaders {
  private FileHeaders() {}

  static void set(Exchange exchange) {
    allowOrigins(exchange);
    exchange.set("Cache-Control", "no-cache, no-store, must-revalidate");
    exchange.set("Expires", "0");
    exchange.set("Pragma", "no-cache");
    exchange.set("X-Content-Type-Options", "nosniff");
  }

  static void allowOrigins(Exchange exchange) {
    exchange.set("Access-Control-Allow-Headers", "Content-Type, Authorization");
    exchange.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, HEAD, OPTIONS");
    exchange.set("Access-Control-Allow-Origin", "*");
  }
}
