package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Random;
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
    private final StringBuilder first = new StringBuilder();
    private final StringBuilder afterLastGap = new StringBuilder();
    private boolean gap;
    private long total;

    Model(int limit) {
      this.limit = limit;
    }

    void add(byte[] piece) {
      total += piece.length;
      (gap ? afterLastGap : first).append(new String(piece, ISO_8859_1));
    }

    void gap() {
      gap = true;
      afterLastGap.setLength(0);
    }

    CapturedOutput result() {
      if (!gap && first.length() <= limit) {
        return CapturedOutput.complete(bytes(first.toString()));
      }
      String head = first.substring(0, Math.min(first.length(), limit - limit / 2));
      String rest = gap ? afterLastGap.toString() : first.toString();
      String tail = rest.substring(Math.max(0, rest.length() - limit / 2));
      return CapturedOutput.incomplete(bytes(head), bytes(tail), total);
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
