package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelDecoderTest {
  /**
   * Bytes that make UTF-8 interesting: leads, continuations, their limits, and never-valid ones.
   */
  private static final int[] TRICKY = {
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe2, 0xed,
    0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff
  };

  private final ChannelDecoder decoder = new ChannelDecoder(Channel.STDOUT);

  @Test
  void textsTogetherAreTheTextOfTheWhole() {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      byte[] whole = trickyBytes(random);

      assertThat(textInPieces(whole, random))
          .describedAs("seed %d", seed)
          .isEqualTo(new String(whole, UTF_8));
    }
  }

  @Test
  void textsOfSingleBytesAreTheTextOfTheWhole() {
    for (int seed = 0; seed < 1_000; seed++) {
      byte[] whole = trickyBytes(new Random(seed));
      StringBuilder text = new StringBuilder();
      ChannelDecoder bytewise = new ChannelDecoder(Channel.STDOUT);
      for (byte one : whole) {
        text.append(bytewise.next(output(one)).text());
      }
      bytewise.finish().ifPresent(last -> text.append(last.text()));

      assertThat(text).describedAs("seed %d", seed).hasToString(new String(whole, UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00e4", "\u20ac", "\ud83d\ude00", "\uffff", "\udbff\udfff", "\u0800"})
  void characterCutAnywhereIsInTheNextText(String character) {
    byte[] bytes = character.getBytes(UTF_8);
    for (int cut = 1; cut < bytes.length; cut++) {
      Output first = decoder.next(output(Arrays.copyOfRange(bytes, 0, cut)));
      Output second = decoder.next(output(Arrays.copyOfRange(bytes, cut, bytes.length)));

      assertThat(first.text()).isEmpty();
      assertThat(second.text()).isEqualTo(character);
      assertThat(decoder.finish()).isEmpty();
    }
  }

  @Test
  void bytesStayWhereTheyWere() {
    Output first = decoder.next(output(0x41, 0xe2, 0x82));
    Output second = decoder.next(output(0xac));

    assertThat(first.toByteArray()).containsExactly(0x41, 0xe2, 0x82);
    assertThat(second.toByteArray()).containsExactly(0xac);
    assertThat(second.size()).isEqualTo(1);
  }

  @Test
  void characterThatNeverEndsIsReplacedOnce() {
    assertThat(decoder.next(output(0xf0, 0x9f, 0x98)).text()).isEmpty();

    Output last = decoder.finish().orElseThrow();
    assertThat(last.text()).isEqualTo("\ufffd");
    assertThat(last.size()).isZero();
    assertThat(last.channel()).isEqualTo(Channel.STDOUT);
    assertThat(decoder.finish()).isEmpty();
  }

  @Test
  void whatFollowsAGapDoesNotContinueWhatWasBefore() {
    decoder.next(output(0xe2, 0x82));
    decoder.finish();

    assertThat(decoder.next(output(0xac, 0x41)).text()).isEqualTo("\ufffdA");
  }

  @Test
  void characterCanBeCutByManyEmptyPieces() {
    decoder.next(output(0xe2));
    assertThat(decoder.next(output(new byte[0])).text()).isEmpty();
    decoder.next(output(0x82));
    assertThat(decoder.next(output(new byte[0])).text()).isEmpty();

    assertThat(decoder.next(output(0xac)).text()).isEqualTo("\u20ac");
  }

  @Test
  void brokenCharacterIsNotCarriedOn() {
    Output broken = decoder.next(output(0xe0, 0x80));

    assertThat(broken.text()).isEqualTo("\ufffd\ufffd");
    assertThat(decoder.finish()).isEmpty();
  }

  /** Not three of them, because the whole at once has one. */
  @Test
  void surrogateCutInTwoIsOneReplacement() {
    Output first = decoder.next(output(0xed, 0xa0));
    Output second = decoder.next(output(0x80, 0x41));

    assertThat(first.text() + second.text()).isEqualTo("\ufffdA");
  }

  private String textInPieces(byte[] whole, Random random) {
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < whole.length; ) {
      int to = Math.min(whole.length, from + random.nextInt(5));
      text.append(decoder.next(output(Arrays.copyOfRange(whole, from, to))).text());
      from = to;
    }
    decoder.finish().ifPresent(last -> text.append(last.text()));
    return text.toString();
  }

  private static byte[] trickyBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(24)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) TRICKY[random.nextInt(TRICKY.length)];
    }
    return bytes;
  }

  private static Output output(byte... bytes) {
    return Output.of(Channel.STDOUT, bytes);
  }

  private static Output output(int... bytes) {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    return output(content);
  }
}
