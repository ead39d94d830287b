package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxSpecTest {
  private static final SandboxSpec STANDARD = SandboxSpec.standard();

  @Test
  void standardIsThePlatformsImageForFiveMinutes() {
    assertThat(STANDARD.template()).isEmpty();
    assertThat(STANDARD.timeToLive()).isEqualTo(Duration.ofMinutes(5));
    assertThat(STANDARD.environment()).isEmpty();
    assertThat(STANDARD.labels()).isEmpty();
  }

  @Test
  void changedCopyKeepsTheRestAndLeavesTheOriginal() {
    SandboxSpec spec =
        SandboxSpec.template("base")
            .environment("A", "1")
            .environment("A", "2")
            .label("team", "")
            .timeToLive(Duration.ofHours(1));

    assertThat(spec.template()).contains("base");
    assertThat(spec.environment()).isEqualTo(Map.of("A", "2"));
    assertThat(spec.labels()).isEqualTo(Map.of("team", ""));
    assertThat(spec.timeToLive()).isEqualTo(Duration.ofHours(1));
    assertThat(STANDARD.environment()).isEmpty();
  }

  @Test
  void mapsAddToWhatIsThere() {
    SandboxSpec spec =
        STANDARD
            .environment("A", "1")
            .environment(Map.of("A", "2", "B", "3"))
            .label("team", "blue")
            .labels(Map.of("job", "7"));

    assertThat(spec.environment()).isEqualTo(Map.of("A", "2", "B", "3"));
    assertThat(spec.labels()).isEqualTo(Map.of("team", "blue", "job", "7"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void templateNeedsAName(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> SandboxSpec.template(name));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void timeToLiveMustBePositive(long seconds) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> STANDARD.timeToLive(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=", "A=B", "A\0"})
  void variableNeedsANameThatAProcessCanBeGiven(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> STANDARD.environment(name, "1"));
  }

  @Test
  void valueOfAVariableHasNoNul() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> STANDARD.environment("A", "s3cret\0"))
        .withMessageNotContaining("s3cret");
  }

  @Test
  void messagesDoNotShowVariables() {
    assertThat(STANDARD.environment("TOKEN", "s3cret")).hasToString("SandboxSpec[standard, PT5M]");
  }
}
