package dev.sandpiper.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests where the machine writes numbers in other digits, or letters in another case. */
@ParameterizedClass
@ValueSource(strings = {"ar-EG", "fa-IR", "bn-BD", "mr-IN", "tr-TR"})
public abstract class OtherLocales {
  private final Locale before = Locale.getDefault();

  @Parameter public String locale = "";

  @BeforeEach
  protected void liveThere() {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertThat(String.format("%d %S", 3, "i")).isNotEqualTo("3 I");
  }

  @AfterEach
  protected void comeHome() {
    Locale.setDefault(before);
  }
}
