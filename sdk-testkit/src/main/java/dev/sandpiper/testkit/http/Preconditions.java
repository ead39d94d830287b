package dev.sandpiper.testkit.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The conditions of a request for a file. There are no entity tags, only times. */
public final class Preconditions {
  private static final List<String> HEADERS =
      List.of(
          "Range",
          "If-Range",
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since");

  private static final DateTimeFormatter HTTP_TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

  private final Exchange exchange;
  private final Instant modified;

  Preconditions(Exchange exchange, Instant modified) {
    this.exchange = exchange;
    this.modified = modified.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether a request has a range or a condition. */
  public static boolean areIn(Exchange exchange) {
    return HEADERS.stream().anyMatch(name -> exchange.header(name) != null);
  }

  /** The status if the conditions determine one without the content; null if it is to be sent. */
  @Nullable Integer decide() {
    Instant unmodifiedSince = time("If-Unmodified-Since");
    if (exchange.header("If-Match") != null) {
      if (!"*".equals(exchange.header("If-Match"))) return 412;
    } else if (unmodifiedSince != null && modified.isAfter(unmodifiedSince)) {
      return 412;
    }
    Instant modifiedSince = time("If-Modified-Since");
    if (exchange.header("If-None-Match") != null) {
      if ("*".equals(exchange.header("If-None-Match"))) return 304;
    } else if (modifiedSince != null && !modified.isAfter(modifiedSince)) {
      return 304;
    }
    return null;
  }

  /** The requested range, unless the file has changed since. */
  public @Nullable String range() {
    boolean holds = exchange.header("If-Range") == null || modified.equals(time("If-Range"));
    return holds ? exchange.header("Range") : null;
  }

  public void describe() {
    ZonedDateTime time = modified.atZone(ZoneOffset.UTC);
    exchange.set("Last-Modified", HTTP_TIME.format(time));
  }

  private @Nullable Instant time(String header) {
    String text = exchange.header(header);
    if (text == null) return null;
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
    } catch (DateTimeException e) {
      return null; // ignored
    }
  }
}
