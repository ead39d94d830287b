package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
  @ParameterizedTest
  @CsvSource({"1, HUP", "9, KILL", "10, USR1", "12, USR2", "15, TERM", "17, CHLD", "31, SYS"})
  void numbersAndNamesAreThoseOfLinux(int number, String name) {
    assertThat(Signal.of(name)).isEqualTo(new Signal(number));
    assertThat(new Signal(number)).hasToString("SIG" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "term", "SIGTERM", "sigterm", "SigTerm"})
  void nameIsReadInAnyShape(String name) {
    assertThat(Signal.of(name)).isEqualTo(Signal.TERM);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SIG", "SIGSIGTERM", "15", "TERM ", "RTMIN"})
  void nameThatLinuxDoesNotKnowIsRefused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> Signal.of(name));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65, Integer.MAX_VALUE})
  void numberThatLinuxDoesNotHaveIsRefused(int number) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Signal(number));
  }

  @Test
  void signalWithoutANameSaysItsNumber() {
    assertThat(new Signal(64)).hasToString("signal 64");
    assertThat(Signal.UNKNOWN).hasToString("unknown signal");
  }

  @Test
  void localeDoesNotMatter() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertThat(Signal.of("sigint")).isEqualTo(Signal.INT);
    } finally {
      Locale.setDefault(before);
    }
  }
}
