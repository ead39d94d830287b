package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSplitterTest {
  private static final int LONGEST = 1 << 20;
  private static final List<String> ALPHABET =
      List.of("a", "b", "c", "\r", "\r", "\n", "\u00e9", "\ud83d\ude00");

  private final List<String> lines = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST})
  void aLineAroundTheBoundEndsWithItsCarriageReturnAndLineFeed(int length) {
    String line = "x".repeat(length);
    for (String end : List.of("\n", "\r\n")) {
      for (int cut = length - 1; cut <= length + 1; cut++) {
        lines.clear();
        OutputListener listener = OutputListener.lines((channel, text) -> lines.add(text));
        String all = line + end + "next\n";
        feed(listener, all.substring(0, cut), all.substring(cut));

        assertThat(lines.get(lines.size() - 1)).isEqualTo("next");
        assertThat(String.join("", lines.subList(0, lines.size() - 1)).equals(line)).isTrue();
        assertThat(lines).hasSize(1 + (length + LONGEST - 1) / LONGEST);
      }
    }
  }

  @Test
  void carriageReturnsAtTheEndsOfPiecesAreTextUnlessALineFeedFollows() {
    LineSplitter splitter = splitter(4);
    feed(splitter, "abcd\r", "\n", "abcd\r", "e\n", "\r", "\r", "\n", "abc\r", "\r\n", "abcd\r");
    splitter.onEnd(new ExitStatus.Exited(0));

    assertThat(lines).containsExactly("abcd", "abcd", "\re", "\r", "abc\r", "abcd", "\r");
  }

  @Test
  void linesAreThoseOfTheWholeTextHoweverItIsCut() {
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      int longest = 2 + random.nextInt(5);
      List<String> expected = new ArrayList<>();
      lines.clear();
      LineSplitter splitter = splitter(longest);
      for (int part = random.nextInt(3); part >= 0; part--) {
        String text = text(random);
        addLines(expected, text, longest);
        feedInPieces(splitter, text, random);
        splitter.onGap(gap());
      }

      assertThat(lines).describedAs("seed %d, at most %d", seed, longest).isEqualTo(expected);
    }
  }

  private LineSplitter splitter(int longest) {
    return new LineSplitter((channel, line) -> lines.add(line), longest);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      text.append(ALPHABET.get(random.nextInt(ALPHABET.size())));
    }
    return text.toString();
  }

  private static void feedInPieces(OutputListener listener, String text, Random random) {
    int[] points = text.codePoints().toArray();
    for (int from = 0; from < points.length; ) {
      int count = Math.min(points.length - from, 1 + random.nextInt(4));
      feed(listener, new String(points, from, count));
      from += count;
    }
  }

  private static void feed(OutputListener listener, String... pieces) {
    for (String piece : pieces) {
      try {
        listener.onOutput(Output.of(Channel.STDOUT, piece.getBytes(UTF_8)));
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  /** The slow and obvious way. */
  private static void addLines(List<String> target, String text, int longest) {
    String rest = text;
    for (int end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      String line = rest.substring(0, end);
      addPieces(target, line.endsWith("\r") ? line.substring(0, end - 1) : line, longest);
      rest = rest.substring(end + 1);
    }
    if (!rest.isEmpty()) {
      addPieces(target, rest, longest);
    }
  }

  private static void addPieces(List<String> target, String line, int longest) {
    String rest = line;
    while (rest.length() > longest) {
      int cut = Character.isHighSurrogate(rest.charAt(longest - 1)) ? longest - 1 : longest;
      target.add(rest.substring(0, cut));
      rest = rest.substring(cut);
    }
    target.add(rest);
  }

  private static OutputGap gap() {
    return new OutputGap(Channel.STDOUT, OptionalLong.empty(), OptionalLong.empty(), "lost");
  }
}
