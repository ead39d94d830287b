package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testing.OtherLocales;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OtherLocalesTest extends OtherLocales {
  @Test
  void textsAreTheSameEverywhere() {
    FileInfo file =
        FileInfo.named("/f", "f", FileType.FILE)
            .withStatus(1234567, 0644, "user", "users", Instant.EPOCH);
    assertThat(file).hasToString("FILE[/f, 1234567 bytes, 0644, user:users, 1970-01-01T00:00:00Z]");
    ProcessRef ref = new ProcessRef("e2b", "i-4.x_Y", "1234", "9f");
    assertThat(ProcessRef.parse(ref.toString())).isEqualTo(ref);
    assertThat(Command.of("x").timeout(Duration.ofSeconds(5)).toString()).isASCII();
    assertThat(SandboxSpec.standard().toString()).isASCII();
    assertThat(Signal.of("int")).isEqualTo(Signal.INT);
  }
}
