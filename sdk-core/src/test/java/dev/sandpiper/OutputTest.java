package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.wire.ChannelDecoder;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutputTest {
  private static final Instant TIME = Instant.ofEpochSecond(1_690_899_755L, 863_633_000);

  private static Output output(String text) {
    return Output.of(Channel.STDOUT, text.getBytes(UTF_8));
  }

  @Test
  void theTimeOfAnOutputStaysWithItWhenATextIsJoined() {
    byte[] bytes = "ü\n".getBytes(UTF_8);
    ChannelDecoder decoder = new ChannelDecoder(Channel.STDOUT);
    Output first = Output.of(Channel.STDOUT, new byte[] {bytes[0]}).writtenAt(TIME);
    Output second = Output.of(Channel.STDOUT, new byte[] {bytes[1], bytes[2]});

    assertThat(second.writtenAt()).isEmpty();
    assertThat(decoder.next(first).writtenAt()).contains(TIME);
    Output joined = decoder.next(second.writtenAt(TIME));
    assertThat(joined.text()).isEqualTo("ü\n");
    assertThat(joined.writtenAt()).contains(TIME);
  }

  @Test
  void outputsAreEqualIfAllThatTheySayIs() {
    assertThat(output("a")).isEqualTo(output("a")).hasSameHashCodeAs(output("a"));
    assertThat(output("a")).isNotEqualTo(output("b"));
    assertThat(output("a")).isNotEqualTo(Output.of(Channel.STDERR, new byte[] {'a'}));
    assertThat(output("a").writtenAt(TIME)).isEqualTo(output("a").writtenAt(TIME));
    assertThat(output("a")).isNotEqualTo(output("a").writtenAt(TIME));
  }

  /** The same bytes, and another text. */
  @Test
  void anOutputThatEndsACharacterIsNotEqualToItsBytes() {
    ChannelDecoder decoder = new ChannelDecoder(Channel.STDOUT);
    decoder.next(Output.of(Channel.STDOUT, new byte[] {(byte) 0xc3}));
    Output rest = Output.of(Channel.STDOUT, new byte[] {(byte) 0xbc});

    assertThat(decoder.next(rest)).isNotEqualTo(rest);
  }
}
