package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The captured output of one channel: all of it, or its beginning and its end. Immutable; returned
 * arrays are copies.
 */
public final class CapturedOutput implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] head;
  private final byte[] tail;
  private final long totalBytes;
  private final boolean complete;

  private CapturedOutput(byte[] head, byte[] tail, long totalBytes, boolean complete) {
    this.head = requireNonNull(head, "head");
    this.tail = requireNonNull(tail, "tail");
    this.totalBytes = totalBytes;
    this.complete = complete;
  }

  /** Everything a command wrote. */
  public static CapturedOutput complete(byte[] bytes) {
    return new CapturedOutput(bytes.clone(), new byte[0], bytes.length, true);
  }

  /**
   * The beginning and the end of an output whose middle is missing.
   *
   * @param totalBytes how many bytes arrived, kept or not
   */
  public static CapturedOutput incomplete(byte[] head, byte[] tail, long totalBytes) {
    return new CapturedOutput(head.clone(), tail.clone(), totalBytes, false);
  }

  /** True if nothing is missing. */
  public boolean isComplete() {
    return complete;
  }

  /** How many bytes arrived, kept or not. Output lost in transit is not included. */
  public long totalBytes() {
    return totalBytes;
  }

  /** The first bytes, without a gap. All of them if this is complete. */
  public byte[] head() {
    return head.clone();
  }

  /** The last bytes, without a gap. Empty if this is complete. */
  public byte[] tail() {
    return tail.clone();
  }

  /**
   * The bytes decoded as UTF-8, malformed ones as U+FFFD. A missing part is marked in its place, on
   * a line of its own.
   */
  public String text() {
    if (complete) {
      return new String(head, UTF_8);
    }
    return new String(head, UTF_8)
        + "\n[... output missing here: "
        + totalBytes
        + " bytes arrived, the first "
        + head.length
        + " and the last "
        + tail.length
        + " were kept ...]\n"
        + new String(tail, UTF_8);
  }

  /**
   * All bytes.
   *
   * @throws IllegalStateException if some are missing; use {@link #head()} and {@link #tail()} for
   *     the captured parts
   */
  public byte[] bytes() {
    if (!complete) {
      throw new IllegalStateException(
          "of "
              + totalBytes
              + " bytes the first "
              + head.length
              + " and the last "
              + tail.length
              + " were kept; raise the limit with captureBytes(bytes), or stream the output");
    }
    return head.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CapturedOutput that
        && complete == that.complete
        && totalBytes == that.totalBytes
        && Arrays.equals(head, that.head)
        && Arrays.equals(tail, that.tail);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(totalBytes) * 31 + Arrays.hashCode(head);
  }

  /**
   * The output as plain values: {@code text}, {@code isComplete} and {@code totalBytes}. This is
   * what Jackson serializes.
   */
  @JsonValue
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("text", text());
    map.put("isComplete", complete);
    map.put("totalBytes", totalBytes);
    return map;
  }

  /** The sizes, never the content. */
  @Override
  public String toString() {
    return totalBytes + (complete ? " bytes" : " bytes, incomplete");
  }
}
