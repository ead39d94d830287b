package dev.sandpiper.testkit.matrix;

import dev.sandpiper.testkit.faults.Fault;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** What goes wrong with one request. */
enum FaultKind {
  CUT(Fault::cut),
  RESET(Fault::reset),
  STALL(Fault::stall),
  HALF_OPEN(Fault::halfOpen),
  DRIP(() -> Fault.drip(Duration.ofMillis(500))),
  SPLIT(Fault::split),
  DELAY(() -> Fault.delay(Duration.ofMillis(300))),
  TOO_MANY(() -> Fault.answer(429, Map.of("Retry-After", "0"), "{\"message\":\"slow down\"}")),
  BAD_GATEWAY(
      () -> Fault.answer(502, Map.of("Content-Type", "text/html"), "<html>Bad Gateway</html>")),
  EMPTY_500(() -> Fault.answer(500, Map.of(), "")),
  UNAVAILABLE(() -> Fault.answer(503, Map.of("Retry-After", "0"), "")),
  GATEWAY_TIMEOUT(() -> Fault.answer(504, Map.of(), "upstream request timeout")),
  UNAUTHORIZED(() -> Fault.answer(401, Map.of(), "{\"code\":401,\"message\":\"expired\"}")),
  REFUSED_STREAM(Fault::refuseStream),
  GOAWAY(Fault::goAway),
  RESET_STREAM(() -> Fault.resetStream(2));

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that hold nothing
  private final Supplier<Fault> fault;

  FaultKind(Supplier<Fault> fault) {
    this.fault = fault;
  }

  Fault fault() {
    return fault.get();
  }

  boolean isOfHttp2() {
    return compareTo(REFUSED_STREAM) >= 0;
  }

  /** Whether the server never sees the request, so that there is one moment only. */
  boolean isBeforeTheServer() {
    return compareTo(TOO_MANY) >= 0 && this != RESET_STREAM;
  }
}
