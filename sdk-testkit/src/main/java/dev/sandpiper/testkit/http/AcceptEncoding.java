package dev.sandpiper.testkit.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The encodings that a client accepts for a download, by their weights. */
public enum AcceptEncoding {
  IDENTITY,
  GZIP,
  /** Gzip only; identity is not acceptable. */
  GZIP_ONLY,
  NOTHING;

  public static AcceptEncoding parse(@Nullable String header) {
    if (header == null || header.isBlank()) return IDENTITY;
    double gzip = weight(header, "gzip");
    double identity = weight(header, "identity");
    double others = weight(header, "*");
    boolean identityRefused = identity == 0 || (identity < 0 && others == 0);
    if (gzip > 0 && gzip >= identity) return identityRefused ? GZIP_ONLY : GZIP;
    return identityRefused ? NOTHING : IDENTITY;
  }

  /** Negative for an encoding that is not named. */
  private static double weight(String header, String encoding) {
    for (String wish : header.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = wish.split(";", -1);
      if (!parts[0].trim().equals(encoding)) continue;
      return parts.length < 2 ? 1 : quality(parts[1].trim());
    }
    return -1;
  }

  private static double quality(String parameter) {
    if (!parameter.matches("q=[01](\\.\\d{0,3})?")) return 1;
    return Double.parseDouble(parameter.substring(2));
  }
}
