package dev.sandpiper.interpreter;

import java.util.Locale;

/** The formats in which a result comes, often several at once. */
public enum ResultFormat {
  TEXT,
  HTML,
  MARKDOWN,
  SVG,
  PNG,
  JPEG,
  PDF,
  LATEX,
  /** A JSON document, as text. */
  JSON,
  JAVASCRIPT,
  /** See {@link CodeResult#data()}. */
  DATA,
  /** See {@link CodeResult#chart()}. */
  CHART,
  /** See {@link CodeResult#extra()}. */
  EXTRA;

  /** As the service writes it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True of images and documents, whose content is bytes. */
  public boolean isBinary() {
    return this == PNG || this == JPEG || this == PDF;
  }
}
