package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastBytesTest {
  private static void add(LastBytes last, String text) {
    last.add(("<" + text + ">").getBytes(US_ASCII), 1, text.length());
  }

  private static String kept(LastBytes last) {
    return new String(last.toByteArray(), US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 1_023, 1_024, 1_025, 5_000})
  void theEndOfAllThatWasAddedIsKept(int limit) {
    Random random = new Random(limit);
    LastBytes last = new LastBytes(limit);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      String piece = Integer.toString(i).repeat(random.nextInt(i % 50 == 0 ? 3_000 : 20));
      add(last, piece);
      all.append(piece);
      assertThat(kept(last)).isEqualTo(all.substring(Math.max(0, all.length() - limit)));
    }
  }
}
