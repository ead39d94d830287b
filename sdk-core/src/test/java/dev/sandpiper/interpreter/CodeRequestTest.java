package dev.sandpiper.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeRequestTest {
  private static final CodeRequest ONE = CodeRequest.of("1");

  @ParameterizedTest
  @ValueSource(
      strings = {"it's", "a\"b", "a\\", "a\nb", "a\rb", "`id`", "\u2028", "\u0000", "\ud800"})
  void aValueThatWouldBreakOutOfItsQuotesIsRefusedAndNotRepeated(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE.environment("KEY", "s3cr3t" + value))
        .withMessageContaining("the value of KEY")
        .withMessageNotContaining("s3cr3t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "1A", "A'B", "spring.url", "A=B", "A\n"})
  void aNameThatIsNotAnIdentifierIsRefused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.environment(name, "x"));
  }

  @Test
  void otherValuesAreTakenAsTheyAre() {
    assertThat(ONE.environment("A", "").environment("B", "$HOME {x} \u20ac %s #").environment())
        .containsEntry("A", "")
        .containsEntry("B", "$HOME {x} \u20ac %s #");
  }

  @Test
  void aLanguageAndAContextTogetherAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE.language("r").contextId("c"))
        .withMessageContaining("not both");
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.contextId("c").language("r"));
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.language(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.contextId(""));
  }

  @Test
  void limitsHaveBounds() {
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.timeout(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.captureBytes(1));
    assertThatIllegalArgumentException().isThrownBy(() -> ONE.mostResults(-1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative", "/a'b", "/a\nb", "/a\\b", "/a\"b"})
  void aDirectoryThatWouldBecomeCodeIsRefused(String path) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContextOptions.standard().directory(path));
  }

  @Test
  void itsTextShowsNeitherCodeNorVariables() {
    assertThat(CodeRequest.of("secret()").environment("A", "s3cr3t").language("r"))
        .hasToString("CodeRequest[r, 8 characters]");
  }
}
