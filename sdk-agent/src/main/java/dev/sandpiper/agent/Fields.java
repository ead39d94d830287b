package dev.sandpiper.agent;

import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.io.ByteArrayOutputStream;

/**
 * Splits the output of a search into fields as it arrives. Fields end with a NUL, or with a NUL and
 * a line feed in turn. A field is truncated to a maximum number of bytes.
 */
final class Fields implements OutputListener {
  private static final int LONGEST = 8_192;

  /** Receives the fields, and throws {@link Enough} when it needs no more. */
  @FunctionalInterface
  interface Reader {
    /** Receives one field, with the index of its terminator. */
    void take(int kind, byte[] field) throws Enough;
  }

  /** Ends the search early; not a failure. */
  static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("enough was found", null, false, false);
    }
  }

  private final byte[] ends;
  private final Reader reader;
  private final ByteArrayOutputStream field = new ByteArrayOutputStream();
  private int kind;
  private boolean hasGap;

  Fields(byte[] ends, Reader reader) {
    this.ends = ends.clone();
    this.reader = reader;
  }

  @Override
  public void onOutput(Output output) {
    if (output.channel() == Channel.STDERR) {
      return; // the result has stderr
    }
    for (byte single : output.toByteArray()) {
      take(single);
    }
  }

  @Override
  public void onGap(OutputGap gap) {
    hasGap = true;
    // The output after a gap may begin in the middle of a field, so it is not used.
    throw new Enough();
  }

  private void take(byte single) {
    if (single != ends[kind]) {
      if (field.size() < LONGEST) {
        field.write(single);
      }
      return;
    }
    int ended = kind;
    kind = (kind + 1) % ends.length;
    byte[] bytes = field.toByteArray();
    field.reset();
    reader.take(ended, bytes);
  }

  boolean hasGap() {
    return hasGap;
  }
}
