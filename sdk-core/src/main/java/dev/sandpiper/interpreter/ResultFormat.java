package dev.sandpiper.interpreter;

import java.util.Locale;

/** The formats of a result, which often has several. */
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

  /** The service's name for it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True for images and documents, whose content is bytes. */
  public boolean isBinary() {
    return this == PNG || this == JPEG || this == PDF;
  }
}
