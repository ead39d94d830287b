package dev.sandpiper.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.CapturedOutput;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
  private static String output(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return PlainText.ofOutput(bytes, 0, bytes.length).text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u001b[0mb",
        "a\u001b[38;2;1;2;3mb",
        "a\u001b]0;title\u0007b",
        "a\u001b]8;;http://x\u001b\\b",
        "a\u001b(Bb",
        "a\u001b=b",
        "a\u001b[?25lb\u001b[",
        "a\u0007b\u0008",
        "a\u009bb",
        "ab\u001b",
        "ab\u001b]0;a title without an end"
      })
  void escapeSequencesAreRemoved(String text) {
    assertThat(output(text)).isEqualTo("ab");
  }

  @Test
  void bytesThatAreNotUtf8AreShownAndCounted() {
    byte[] bytes = {'a', (byte) 0xc0, (byte) 0x80, 'b', (byte) 0xed, (byte) 0xa0, (byte) 0x80, 0};
    PlainText text = PlainText.ofOutput(bytes, 0, bytes.length);
    assertThat(text.text()).isEqualTo("a\\xc0\\x80b\\xed\\xa0\\x80\\x00");
    assertThat(text.escaped()).isEqualTo(6);
    assertThat(output("Grüße 👋 日本")).isEqualTo("Grüße 👋 日本");
  }

  @Test
  void controlCharactersOfAFileAreShown() {
    byte[] bytes = "a\u001b[0m\r".getBytes(UTF_8);
    assertThat(PlainText.ofFile(bytes, 0, bytes.length).text()).isEqualTo("a\\x1b[0m\\x0d");
  }

  @Test
  void whateverTheBytesAreAnExcerptFitsItsBudget() {
    Random random = new Random(18);
    for (int round = 0; round < 300; round++) {
      byte[] bytes = new byte[random.nextInt(20_000)];
      random.nextBytes(bytes);
      if (round % 2 == 0) {
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (bytes[i] & 0x7f);
        }
      }
      CapturedOutput output =
          round % 3 == 0
              ? CapturedOutput.incomplete(bytes, bytes, 1_000_000L)
              : CapturedOutput.complete(bytes);
      assertThat(Excerpt.of(output, 2_000)).hasSizeLessThanOrEqualTo(2_000);
      assertThat(Excerpt.of(output, 700)).hasSizeLessThanOrEqualTo(700).doesNotContain("\u001b");
    }
  }

  @Test
  void anExcerptSaysExactlyWhatIsMissingAndCutsAtLines() {
    byte[] bytes = "line of text\n".repeat(1_000).getBytes(UTF_8);
    String text = Excerpt.of(CapturedOutput.complete(bytes), 1_000);
    int marker = text.indexOf("[... ");
    int shown =
        text.substring(0, marker).length() + text.substring(text.indexOf("...]\n") + 5).length();
    assertThat(text)
        .contains("[... " + (13_000 - shown) + " of 13000 bytes are missing here ...]\n");
    assertThat(text.lines().filter(line -> !line.startsWith("["))).containsOnly("line of text");
  }

  @Test
  void aCharacterIsNotCutInTwo() {
    String wide = "日本語".repeat(5_000);
    String text = Excerpt.of(CapturedOutput.complete(wide.getBytes(UTF_8)), 1_000);
    assertThat(text).doesNotContain("\\x").doesNotContain("\ufffd");
  }

  @Test
  void unreadOutputKeepsItsBeginningAndItsEnd() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      UnreadOutput unread = new UnreadOutput(50);
      StringBuilder all = new StringBuilder();
      for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
        String piece = "abcdefghijklmnopqrstuvwxyz".repeat(5).substring(0, random.nextInt(130));
        all.append(piece);
        unread.add(piece.getBytes(UTF_8));
      }
      CapturedOutput taken = unread.take(true);
      assertThat(taken.totalBytes()).isEqualTo(all.length());
      if (taken.isComplete()) {
        assertThat(taken.text()).isEqualTo(all.toString());
      } else {
        assertThat(new String(taken.head(), UTF_8)).isEqualTo(all.substring(0, 50));
        assertThat(new String(taken.tail(), UTF_8)).isEqualTo(all.substring(all.length() - 50));
      }
      assertThat(unread.isEmpty()).isTrue();
    }
  }

  @Test
  void whatIsUnfinishedBelongsToTheNextReading() {
    UnreadOutput unread = new UnreadOutput(50);
    byte[] bytes = "a€\u001b[31mb".getBytes(UTF_8);
    StringBuilder read = new StringBuilder();
    for (byte single : bytes) {
      unread.add(new byte[] {single});
      read.append(Excerpt.of(unread.take(true), 1_000));
    }
    assertThat(read).hasToString("a€b");
    unread.add(new byte[] {(byte) 0xe2});
    assertThat(unread.take(false).totalBytes()).isEqualTo(1);
  }
}
