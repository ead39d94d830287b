package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the machine writes numbers in other digits, or letters in another case. */
@ParameterizedClass
@ValueSource(strings = {"ar-EG", "fa-IR", "bn-BD", "mr-IN", "tr-TR"})
class OtherLocalesTest {
  private final Locale before = Locale.getDefault();
  @Parameter String locale = "";

  @BeforeEach
  void liveThere() {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertThat(String.format("%d %S", 3, "i")).isNotEqualTo("3 I");
  }

  @AfterEach
  void comeHome() {
    Locale.setDefault(before);
  }

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
