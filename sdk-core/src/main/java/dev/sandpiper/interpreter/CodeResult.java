package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One result of a run, in every format that the kernel produced. Immutable; {@code with} methods
 * return a modified copy.
 */
public final class CodeResult implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Facts facts;

  /** Binary contents are kept as base64, which has been validated. */
  private record Facts(
      boolean isMain,
      Map<ResultFormat, String> contents,
      @Nullable DataTable data,
      @Nullable Chart chart,
      Map<String, String> extra,
      Map<ResultFormat, String> unreadable)
      implements Serializable {}

  private CodeResult(Facts facts) {
    this.facts = facts;
  }

  /**
   * A result in these formats.
   *
   * @param isMain true for the value of the last expression, false for displayed results
   * @param contents text, or base64 for binary formats
   * @throws IllegalArgumentException if a binary format's content is not base64
   */
  public static CodeResult of(boolean isMain, Map<ResultFormat, String> contents) {
    Map<ResultFormat, String> copy = new EnumMap<>(ResultFormat.class);
    contents.forEach(
        (format, content) -> {
          if (format.isBinary()) {
            requireNonNull(Base64.getDecoder().decode(content));
          }
          copy.put(format, requireNonNull(content, "content"));
        });
    Map<ResultFormat, String> fixed = Collections.unmodifiableMap(copy);
    return new CodeResult(new Facts(isMain, fixed, null, null, Map.of(), Map.of()));
  }

  /** With the content of a data frame. */
  public CodeResult withData(DataTable data) {
    return new CodeResult(
        new Facts(facts.isMain, facts.contents, data, facts.chart, facts.extra, facts.unreadable));
  }

  /** With the data of a figure. */
  public CodeResult withChart(Chart chart) {
    return new CodeResult(
        new Facts(facts.isMain, facts.contents, facts.data, chart, facts.extra, facts.unreadable));
  }

  /** With contents of other MIME types; values that are not strings as JSON. */
  public CodeResult withExtra(Map<String, String> extra) {
    Map<String, String> copy = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
    return new CodeResult(
        new Facts(facts.isMain, facts.contents, facts.data, facts.chart, copy, facts.unreadable));
  }

  /** With the formats that could not be decoded, and why. */
  public CodeResult withUnreadable(Map<ResultFormat, String> reasons) {
    return new CodeResult(
        new Facts(
            facts.isMain,
            facts.contents,
            facts.data,
            facts.chart,
            facts.extra,
            Map.copyOf(reasons)));
  }

  /** True if it is the value of the last expression; false if the code displayed it. */
  public boolean isMain() {
    return facts.isMain;
  }

  /** The available formats, without those that could not be decoded. */
  public Set<ResultFormat> formats() {
    Set<ResultFormat> formats = EnumSet.noneOf(ResultFormat.class);
    formats.addAll(facts.contents.keySet());
    if (facts.data != null) {
      formats.add(ResultFormat.DATA);
    }
    if (facts.chart != null) {
      formats.add(ResultFormat.CHART);
    }
    if (!facts.extra.isEmpty()) {
      formats.add(ResultFormat.EXTRA);
    }
    return Collections.unmodifiableSet(formats);
  }

  /**
   * The formats that could not be decoded, such as an image that is not base64, and why. The other
   * formats are available.
   */
  public Map<ResultFormat, String> unreadable() {
    return facts.unreadable;
  }

  /**
   * The content in a format, as text or, if it is binary, as base64; empty if there is none. Always
   * empty for {@link ResultFormat#DATA}, {@link ResultFormat#CHART} and {@link ResultFormat#EXTRA}.
   */
  public Optional<String> content(ResultFormat format) {
    return Optional.ofNullable(facts.contents.get(format));
  }

  /**
   * The bytes in a binary format, in a new array; empty if the result does not have it.
   *
   * @throws IllegalArgumentException if the format is text
   */
  public Optional<byte[]> bytes(ResultFormat format) {
    if (!format.isBinary()) {
      throw new IllegalArgumentException(format + " is a text format; use content(format)");
    }
    return content(format).map(Base64.getDecoder()::decode);
  }

  /** As the language prints it, without the quotes around a string. */
  public Optional<String> text() {
    return content(ResultFormat.TEXT);
  }

  public Optional<String> html() {
    return content(ResultFormat.HTML);
  }

  public Optional<String> markdown() {
    return content(ResultFormat.MARKDOWN);
  }

  public Optional<String> svg() {
    return content(ResultFormat.SVG);
  }

  public Optional<String> latex() {
    return content(ResultFormat.LATEX);
  }

  /** A JSON document, as text. */
  public Optional<String> json() {
    return content(ResultFormat.JSON);
  }

  public Optional<String> javascript() {
    return content(ResultFormat.JAVASCRIPT);
  }

  public Optional<byte[]> png() {
    return bytes(ResultFormat.PNG);
  }

  public Optional<byte[]> jpeg() {
    return bytes(ResultFormat.JPEG);
  }

  public Optional<byte[]> pdf() {
    return bytes(ResultFormat.PDF);
  }

  /** The content of a data frame. */
  public Optional<DataTable> data() {
    return Optional.ofNullable(facts.data);
  }

  /** The data of a figure. */
  public Optional<Chart> chart() {
    return Optional.ofNullable(facts.chart);
  }

  /** Contents of other MIME types; values that are not strings as JSON. */
  public Map<String, String> extra() {
    return facts.extra;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CodeResult that && facts.equals(that.facts);
  }

  @Override
  public int hashCode() {
    return facts.hashCode();
  }

  /** The formats; never the content. */
  @Override
  public String toString() {
    return "CodeResult" + formats();
  }
}
