package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The captured output of one channel: all of it, or the parts that were kept. Parts are missing if
 * the output exceeded the capture limit, of which the beginning and the end are kept, or if they
 * were lost in transit. Immutable; returned arrays are copies.
 */
public final class CapturedOutput implements Serializable {
  private static final long serialVersionUID = 2L;

  private final byte[][] parts; // something is missing after each but the last
  private final long totalBytes;

  private CapturedOutput(byte[][] parts, long totalBytes) {
    this.parts = parts;
    this.totalBytes = totalBytes;
  }

  /** Everything a command wrote. */
  public static CapturedOutput complete(byte[] bytes) {
    return new CapturedOutput(new byte[][] {bytes.clone()}, bytes.length);
  }

  /**
   * The beginning and the end of an output whose middle is missing.
   *
   * @param totalBytes how many bytes arrived, kept or not
   */
  public static CapturedOutput incomplete(byte[] head, byte[] tail, long totalBytes) {
    return incomplete(List.of(head, tail), totalBytes);
  }

  /**
   * An output of which something is missing between the parts.
   *
   * @param parts two at least; they may be empty
   * @param totalBytes how many bytes arrived, kept or not
   */
  public static CapturedOutput incomplete(List<byte[]> parts, long totalBytes) {
    if (parts.size() < 2) {
      throw new IllegalArgumentException("incomplete output has two parts at least");
    }
    return new CapturedOutput(parts.stream().map(byte[]::clone).toArray(byte[][]::new), totalBytes);
  }

  /** True if nothing is missing. */
  public boolean isComplete() {
    return parts.length == 1;
  }

  /** How many bytes arrived, kept or not. Output lost in transit is not included. */
  public long totalBytes() {
    return totalBytes;
  }

  /** The first bytes, without a gap. All of them if this is complete. */
  public byte[] head() {
    return parts[0].clone();
  }

  /** The last bytes, without a gap. Empty if this is complete. */
  public byte[] tail() {
    return isComplete() ? new byte[0] : parts[parts.length - 1].clone();
  }

  /**
   * Everything that was kept, in order. Something is, or may be, missing between each part and the
   * next; if this is complete, there is one part.
   */
  public List<byte[]> parts() {
    return Arrays.stream(parts).map(byte[]::clone).toList();
  }

  private long keptBytes() {
    return Arrays.stream(parts).mapToLong(part -> part.length).sum();
  }

  /**
   * The bytes decoded as UTF-8, malformed ones as U+FFFD. Each missing part is marked in its place,
   * on a line of its own.
   */
  public String text() {
    StringBuilder text = new StringBuilder(new String(parts[0], UTF_8));
    for (int i = 1; i < parts.length; i++) {
      boolean isDropped = i == 1 && keptBytes() < totalBytes;
      text.append("\n[... ")
          .append(isDropped ? "output missing here: " + kept() : "output may have been lost here")
          .append(" ...]\n")
          .append(new String(parts[i], UTF_8));
    }
    return text.toString();
  }

  private String kept() {
    return totalBytes
        + " bytes arrived, the first "
        + parts[0].length
        + " and the last "
        + (keptBytes() - parts[0].length)
        + " were kept";
  }

  /**
   * All bytes.
   *
   * @throws IllegalStateException if some are missing; use {@link #parts()} for the captured parts
   */
  public byte[] bytes() {
    if (!isComplete()) {
      throw new IllegalStateException(
          keptBytes() < totalBytes
              ? kept() + "; raise the limit with captureBytes(bytes), or stream the output"
              : "output may have been lost in transit; use parts() for the captured parts");
    }
    return parts[0].clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CapturedOutput that
        && totalBytes == that.totalBytes
        && Arrays.deepEquals(parts, that.parts);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(totalBytes) * 31 + Arrays.deepHashCode(parts);
  }

  /**
   * The output as plain values: {@code text}, {@code isComplete} and {@code totalBytes}. This is
   * what Jackson serializes.
   */
  @JsonValue
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("text", text());
    map.put("isComplete", isComplete());
    map.put("totalBytes", totalBytes);
    return map;
  }

  /** The sizes, never the content. */
  @Override
  public String toString() {
    return totalBytes + (isComplete() ? " bytes" : " bytes, incomplete");
  }
}
