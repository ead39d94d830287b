package dev.sandpiper.testkit.http;

import java.io.IOException;

/** Adds CORS headers. Only requests from origins on loopback, or all with wide CORS, reach this. */
public final class CrossOrigin {
  private static final String EXPOSED =
      "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin, Location, Cache-Control,"
          + " X-Content-Type-Options";

  private CrossOrigin() {}

  public static boolean isPreflight(Exchange exchange) {
    return exchange.method().equals("OPTIONS")
        && exchange.header("Origin") != null
        && exchange.header("Access-Control-Request-Method") != null;
  }

  public static void answerPreflight(Exchange exchange) throws IOException {
    exchange.set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    exchange.set("Access-Control-Allow-Origin", "*");
    exchange.set("Access-Control-Max-Age", "7200");
    exchange.set(
        "Access-Control-Allow-Methods",
        String.valueOf(exchange.header("Access-Control-Request-Method")));
    String headers = exchange.header("Access-Control-Request-Headers");
    if (headers != null) exchange.set("Access-Control-Allow-Headers", headers);
    exchange.answer(204);
  }

  public static void allow(Exchange exchange) {
    if (exchange.header("Origin") == null) return;
    exchange.set("Access-Control-Allow-Origin", "*");
    exchange.set("Access-Control-Expose-Headers", EXPOSED);
  }
}
