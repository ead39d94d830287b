package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessRef;

/** What callers store and bring back, as fuzzers feed it. */
public final class ReferenceReaders {
  private ReferenceReaders() {}

  public static void reference(byte[] input) {
    String text = new String(input, UTF_8);
    assertThat(ProcessRef.parse(text)).hasToString(text);
  }

  public static void position(byte[] input) {
    ByteOffsets position = ByteOffsets.parse(new String(input, UTF_8));
    assertThat(ByteOffsets.parse(position.toString())).isEqualTo(position);
  }
}
