package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutputLinesTest {
  private static final int LONGEST = 1 << 20;

  private final List<String> lines = new ArrayList<>();
  private final OutputListener listener =
      OutputListener.lines((channel, line) -> lines.add(channel + " " + line));

  @Test
  void aGapPrintsItsOffsetsAsNumbers() {
    OptionalLong unknown = OptionalLong.empty();
    assertThat(new OutputGap(Channel.STDERR, OptionalLong.of(7), unknown, "lost"))
        .hasToString("OutputGap[channel=STDERR, from=7, to=unknown, reason=lost]");
  }

  @Test
  void lineComesWithoutItsEnd() throws Exception {
    write("one\ntwo\r\n\n\r\n");

    assertThat(lines).containsExactly("STDOUT one", "STDOUT two", "STDOUT ", "STDOUT ");
  }

  @Test
  void lineIsWholeHoweverItWasCut() throws Exception {
    String text = "one\r\ntwo\n\nthree\r\n";
    for (int i = 0; i < text.length(); i++) {
      write(text.substring(i, i + 1));
    }

    assertThat(lines).containsExactly("STDOUT one", "STDOUT two", "STDOUT ", "STDOUT three");
  }

  @Test
  void lastLineWithoutAnEndComesAtTheEnd() throws Exception {
    write("one\ntwo");
    assertThat(lines).containsExactly("STDOUT one");

    end();
    assertThat(lines).containsExactly("STDOUT one", "STDOUT two");
  }

  @Test
  void endAfterALineEndIsNoLine() throws Exception {
    write("one\n");
    end();

    assertThat(lines).containsExactly("STDOUT one");
  }

  @Test
  void carriageReturnWithoutALineFeedIsText() throws Exception {
    write("50%\r100%\r\n\r");
    end();

    assertThat(lines).containsExactly("STDOUT 50%\r100%", "STDOUT \r");
  }

  @Test
  void channelsHaveLinesOfTheirOwn() throws Exception {
    write("ou");
    listener.onOutput(output(Channel.STDERR, "er"));
    write("t\n");
    end();

    assertThat(lines).containsExactly("STDOUT out", "STDERR er");
  }

  @Test
  void gapDividesTheLineOfItsChannel() throws Exception {
    write("be");
    listener.onOutput(output(Channel.STDERR, "whole "));
    listener.onGap(gap(Channel.STDOUT));
    write("hind\n");
    listener.onOutput(output(Channel.STDERR, "line\n"));

    assertThat(lines).containsExactly("STDOUT be", "STDOUT hind", "STDERR whole line");
  }

  @Test
  void lineOfTheLongestLengthIsWhole() throws Exception {
    write("x".repeat(LONGEST) + "\n");

    assertThat(lines).containsExactly("STDOUT " + "x".repeat(LONGEST));
  }

  @Test
  void endlessLineComesInPieces() throws Exception {
    for (int i = 0; i < 5; i++) {
      write("x".repeat(LONGEST / 2));
    }
    write("y\n");

    assertThat(lines)
        .containsExactly(
            "STDOUT " + "x".repeat(LONGEST),
            "STDOUT " + "x".repeat(LONGEST),
            "STDOUT " + "x".repeat(LONGEST / 2) + "y");
  }

  @Test
  void pieceOfALongLineDoesNotSplitACharacter() throws Exception {
    write("x".repeat(LONGEST - 1) + "\ud83d\ude00\n");

    assertThat(lines).containsExactly("STDOUT " + "x".repeat(LONGEST - 1), "STDOUT \ud83d\ude00");
  }

  private void write(String text) throws IOException {
    listener.onOutput(output(Channel.STDOUT, text));
  }

  private void end() throws IOException {
    listener.onEnd(new ExitStatus.Exited(0));
  }

  private static Output output(Channel channel, String text) {
    return Output.of(channel, text.getBytes(UTF_8));
  }

  private static OutputGap gap(Channel channel) {
    return new OutputGap(channel, OptionalLong.empty(), OptionalLong.empty(), "lost");
  }
}
