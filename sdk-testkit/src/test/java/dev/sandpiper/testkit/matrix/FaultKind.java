package dev.sandpiper.testkit.matrix;

import dev.sandpiper.testkit.faults.Fault;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** What goes wrong with one request. */
enum FaultKind {
  CUT(Group.BREAKS, Fault::cut),
  RESET(Group.BREAKS, Fault::reset),
  RESET_STREAM(Group.BREAKS, () -> Fault.resetStream(2)),
  STALL(Group.SILENCE, Fault::stall),
  HALF_OPEN(Group.SILENCE, Fault::halfOpen),
  DRIP(Group.SILENCE, () -> Fault.drip(Duration.ofMillis(500))),
  /** The whole server, until the call has ended. */
  FROZEN(Group.SILENCE, () -> Fault.delay(Duration.ZERO)),
  /** The whole server, for a second. */
  FREEZE_AND_THAW(Group.SLOW, () -> Fault.delay(Duration.ZERO)),
  SPLIT(Group.SLOW, Fault::split),
  DELAY(Group.SLOW, () -> Fault.delay(Duration.ofMillis(300))),
  /** What Blaxel writes into responses for streams that their clients have left. */
  FOREIGN_TEXT(Group.FOREIGN_TEXT, () -> Fault.insert("[keepalive]\n")),
  DUPLICATE(Group.TWICE, Fault::duplicate),
  BUSY(Group.BUSY, () -> tooMany("1")),
  BUSY_UNTIL_A_DATE(Group.BUSY, () -> tooMany("Sun, 06 Nov 1994 08:49:37 GMT")),
  BUSY_FOR_AN_ABSURD_TIME(Group.BUSY, () -> tooMany("99999999999999999999")),
  BAD_GATEWAY(
      Group.BUSY,
      () -> Fault.answer(502, Map.of("Content-Type", "text/html"), "<html>Bad Gateway</html>")),
  UNAVAILABLE(Group.BUSY, () -> Fault.answer(503, Map.of("Retry-After", "0"), "")),
  GATEWAY_TIMEOUT(Group.BUSY, () -> Fault.answer(504, Map.of(), "upstream request timeout")),
  EMPTY_500(Group.ERROR, () -> Fault.answer(500, Map.of(), "")),
  UNAUTHORIZED(Group.UNAUTHORIZED, FaultKind::unauthorized),
  /** The token has ended, and the endpoint for a new one says nothing. */
  TOKEN_STALLS(Group.TOKEN_STALLS, FaultKind::unauthorized),
  REFUSED_STREAM(Group.NEVER_SEEN, Fault::refuseStream),
  GOAWAY(Group.NEVER_SEEN, Fault::goAway);

  /** Faults with the same allowed outcomes. */
  enum Group {
    BREAKS,
    SILENCE,
    SLOW,
    FOREIGN_TEXT,
    TWICE,
    BUSY,
    ERROR,
    UNAUTHORIZED,
    TOKEN_STALLS,
    NEVER_SEEN
  }

  private final Group group;

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that hold nothing
  private final Supplier<Fault> fault;

  FaultKind(Group group, Supplier<Fault> fault) {
    this.group = group;
    this.fault = fault;
  }

  private static Fault tooMany(String retryAfter) {
    return Fault.answer(429, Map.of("Retry-After", retryAfter), "{\"message\":\"slow down\"}");
  }

  private static Fault unauthorized() {
    return Fault.answer(401, Map.of(), "{\"code\":401,\"message\":\"expired\"}");
  }

  Group group() {
    return group;
  }

  Fault fault() {
    return fault.get();
  }

  boolean isOfTheServer() {
    return this == FROZEN || this == FREEZE_AND_THAW;
  }

  /** Whether one moment is all there is. */
  boolean hasOneMoment() {
    return compareTo(DUPLICATE) >= 0 || isOfTheServer();
  }

  /** Whether a call goes on until something ends it. */
  boolean holds() {
    return group == Group.SILENCE;
  }

  boolean isPossibleOn(Row row) {
    return switch (this) {
      case RESET_STREAM, REFUSED_STREAM, GOAWAY -> row.speaksHttp2();
      case DUPLICATE -> !row.speaksHttp2();
      case TOKEN_STALLS -> row.isBlaxel();
      default -> true;
    };
  }
}
