package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a sandbox exists by its specification; the first limit that is reached applies.
 *
 * @param end null if no time is set
 * @param idle how long it may be unused; null for no limit
 * @param retention how long its record is kept afterwards
 */
record Lifetime(@Nullable Instant end, @Nullable Duration idle, Duration retention) {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhdw])");

  /**
   * Parses a sandbox's {@code spec}.
   *
   * @throws ApiException if a time in it is malformed
   */
  static Lifetime of(JsonNode spec, Instant createdAt) {
    JsonNode runtime = spec.path("runtime");
    Instant end = earliest(age(runtime.path("ttl"), createdAt), time(runtime.path("expires")));
    Duration idle = null;
    for (JsonNode policy : spec.path("lifecycle").path("expirationPolicies")) {
      JsonNode value = policy.path("value");
      switch (policy.path("type").asText()) {
        case "ttl-max-age" -> end = earliest(end, age(value, createdAt));
        case "date" -> end = earliest(end, time(value));
        case "ttl-idle" -> idle = duration(value);
        default -> throw ApiException.of(400, "unknown expiration policy " + policy.path("type"));
      }
    }
    Duration retention = duration(spec.path("lifecycle").path("terminatedRetention"));
    return new Lifetime(end, idle, retention == null ? Duration.ofMinutes(5) : retention);
  }

  private static @Nullable Instant earliest(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) return one == null ? other : one;
    return one.isBefore(other) ? one : other;
  }

  private static @Nullable Instant age(JsonNode value, Instant createdAt) {
    Duration age = duration(value);
    return age == null ? null : createdAt.plus(age);
  }

  /** As in {@code 30m}: seconds, minutes, hours, days or weeks. */
  private static @Nullable Duration duration(JsonNode value) {
    if (value.asText("").isEmpty() || value.isNull()) return null;
    Matcher matcher = DURATION.matcher(value.asText());
    if (!matcher.matches()) throw ApiException.of(400, "invalid duration " + value.asText());
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      default -> Duration.ofDays(7 * count);
    };
  }

  private static @Nullable Instant time(JsonNode value) {
    if (value.asText("").isEmpty() || value.isNull()) return null;
    try {
      return OffsetDateTime.parse(value.asText()).toInstant();
    } catch (DateTimeException e) {
      throw ApiException.of(400, "invalid time " + value.asText());
    }
  }

  /** When it ends if it is not used from now on; null if it does not end. */
  @Nullable Instant endFrom(Instant lastUse) {
    return earliest(end, idle == null ? null : lastUse.plus(idle));
  }
}
