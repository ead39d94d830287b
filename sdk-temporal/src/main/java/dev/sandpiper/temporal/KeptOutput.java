package dev.sandpiper.temporal;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.CapturedOutput;
import java.io.ByteArrayOutputStream;
import java.util.Base64;

/**
 * The output of one channel in an outcome. Limited by {@link CommandRequest#captureBytes}, and
 * empty if an {@link OutputSink} received the output.
 *
 * @param head the first bytes, in Base64
 * @param tail the last bytes, in Base64
 * @param length how many bytes were delivered, including gaps of known length
 * @param hasGap whether the platform could not deliver some of the output
 */
public record KeptOutput(String head, String tail, long length, boolean hasGap) {

  public KeptOutput {
    requireNonNull(head, "head");
    requireNonNull(tail, "tail");
  }

  static KeptOutput of(CapturedOutput captured, long length, boolean hasGap) {
    Base64.Encoder encoder = Base64.getEncoder();
    return new KeptOutput(
        encoder.encodeToString(captured.head()),
        encoder.encodeToString(captured.tail()),
        length,
        hasGap);
  }

  /** The kept bytes; {@link CapturedOutput#isComplete} says whether they are all. */
  public CapturedOutput captured() {
    byte[] first = Base64.getDecoder().decode(head);
    byte[] last = Base64.getDecoder().decode(tail);
    if (hasGap || first.length + last.length != length) {
      return CapturedOutput.incomplete(first, last, length);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    all.writeBytes(last);
    return CapturedOutput.complete(all.toByteArray());
  }

  /** {@link CapturedOutput#text()} of {@link #captured()}. */
  public String text() {
    return captured().text();
  }

  /** The sizes, never the content. */
  @Override
  public String toString() {
    return length + (hasGap ? " bytes and a gap" : " bytes");
  }
}
