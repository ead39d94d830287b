package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutputTest {
  private static final Instant TIME = Instant.ofEpochSecond(1_690_899_755L, 863_633_000);

  @Test
  void theTimeOfAnOutputStaysWithItWhenATextIsJoined() {
    byte[] bytes = "ü\n".getBytes(UTF_8);
    Output first = Output.of(Channel.STDOUT, new byte[] {bytes[0]}).writtenAt(TIME);
    Output second = Output.of(Channel.STDOUT, new byte[] {bytes[1], bytes[2]});

    assertThat(second.writtenAt()).isEmpty();
    Output joined = second.writtenAt(TIME).continuing(first.unfinished());
    assertThat(joined.text()).isEqualTo("ü\n");
    assertThat(joined.writtenAt()).contains(TIME);
    assertThat(first.continuing(new byte[] {(byte) 0xc3}).writtenAt()).contains(TIME);
  }
}
