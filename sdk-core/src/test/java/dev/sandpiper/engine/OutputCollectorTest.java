package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputCollectorTest {
  @Test
  void nothingWrittenIsCompleteAndEmpty() {
    CapturedOutput output = new OutputCollector(2).result();

    assertThat(output.isComplete()).isTrue();
    assertThat(output.bytes()).isEmpty();
  }

  @Test
  void outputOfExactlyTheLimitIsComplete() {
    assertThat(capture(5, "ab", "cde").bytes()).asString(UTF_8).isEqualTo("abcde");
  }

  @Test
  void oneByteMoreIsIncomplete() {
    CapturedOutput output = capture(5, "abcde", "f");

    assertThat(output.isComplete()).isFalse();
    assertThat(output.head()).asString(UTF_8).isEqualTo("abc");
    assertThat(output.tail()).asString(UTF_8).isEqualTo("ef");
    assertThat(output.totalBytes()).isEqualTo(6);
  }

  @Test
  void gapIsAHoleEvenIfEverythingElseFits() {
    OutputCollector capture = new OutputCollector(20);
    add(capture, "before");
    capture.addGap();
    add(capture, "behind");

    CapturedOutput output = capture.result();
    assertThat(output.isComplete()).isFalse();
    assertThat(output.head()).asString(UTF_8).isEqualTo("before");
    assertThat(output.tail()).asString(UTF_8).isEqualTo("behind");
    assertThat(output.totalBytes()).isEqualTo(12);
  }

  @Test
  void gapAtTheVeryEndIsAHoleToo() {
    OutputCollector capture = new OutputCollector(4);
    add(capture, "abcdefgh");
    capture.addGap();

    CapturedOutput output = capture.result();
    assertThat(output.isComplete()).isFalse();
    assertThat(output.head()).asString(UTF_8).isEqualTo("ab");
    assertThat(output.tail()).isEmpty();
  }

  @Test
  void whatArrivedBetweenTwoGapsIsKept() {
    OutputCollector capture = new OutputCollector(40);
    for (String each : List.of("one", "two", "three")) {
      add(capture, each);
      capture.addGap();
      capture.addGap();
    }
    add(capture, "four");

    assertThat(capture.result().text())
        .isEqualTo(
            """
            one
            [... output may have been lost here ...]
            two
            [... output may have been lost here ...]
            three
            [... output may have been lost here ...]
            four""");
  }

  @Test
  void manyGapsTakeBoundedMemoryAndStayMarked() {
    OutputCollector capture = new OutputCollector(100_000);
    for (int i = 0; i < 1_000; i++) {
      add(capture, i + ",");
      capture.addGap();
    }

    CapturedOutput output = capture.result();
    assertThat(output.parts()).hasSize(101);
    assertThat(output.head()).asString(UTF_8).isEqualTo("0,");
    assertThat(output.parts().get(1)).asString(UTF_8).isEqualTo("901,");
    assertThat(output.tail()).isEmpty();
    assertThat(output.text()).startsWith("0,\n[... output missing here: 3890 bytes arrived");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 16, 17, 25, 32, 39, 40})
  void whateverThePiecesWhatIsKeptIsTheBeginningAndTheEnd(int limit) {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      OutputCollector capture = new OutputCollector(limit);
      Model model = new Model(limit);
      for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
        if (random.nextInt(10) == 0) {
          capture.addGap();
          model.gap();
        } else {
          byte[] piece = new byte[random.nextInt(2 * limit)];
          random.nextBytes(piece);
          capture.add(Output.of(Channel.STDOUT, piece));
          model.add(piece);
        }
      }

      assertThat(capture.result())
          .describedAs("limit %d, seed %d", limit, seed)
          .isEqualTo(model.result());
    }
  }

  /** The same, kept whole and cut at the end. */
  private static final class Model {
    private final int limit;
    private final StringBuilder all = new StringBuilder();
    private final TreeSet<Integer> gaps = new TreeSet<>();

    Model(int limit) {
      this.limit = limit;
    }

    void add(byte[] piece) {
      all.append(new String(piece, ISO_8859_1));
    }

    void gap() {
      gaps.add(all.length());
    }

    CapturedOutput result() {
      int headLimit = limit - limit / 2;
      int beforeGap = gaps.isEmpty() ? all.length() : gaps.first();
      int headEnd = Math.min(beforeGap, headLimit);
      int tailStart = Math.max(headEnd, all.length() - limit / 2);
      TreeSet<Integer> cuts = new TreeSet<>(gaps.tailSet(tailStart));
      if (tailStart > headEnd) {
        cuts.add(tailStart);
      }
      String kept = all.substring(0, headEnd) + all.substring(tailStart);
      List<byte[]> parts = new ArrayList<>();
      int from = 0;
      for (int cut : cuts) {
        int at = cut - (tailStart - headEnd);
        parts.add(bytes(kept.substring(from, at)));
        from = at;
      }
      parts.add(bytes(kept.substring(from)));
      return parts.size() == 1
          ? CapturedOutput.complete(parts.get(0))
          : CapturedOutput.incomplete(parts, all.length());
    }

    private static byte[] bytes(String latin) {
      return latin.getBytes(ISO_8859_1);
    }
  }

  private static CapturedOutput capture(int limit, String... pieces) {
    OutputCollector capture = new OutputCollector(limit);
    for (String piece : pieces) {
      add(capture, piece);
    }
    return capture.result();
  }

  private static void add(OutputCollector capture, String text) {
    capture.add(Output.of(Channel.STDOUT, text.getBytes(UTF_8)));
  }
}
