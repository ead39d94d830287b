package dev.sandpiper.testkit.blaxel.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "*.go, a.go, true",
    "*.go, a.gone, false",
    "f?.txt, f1.txt, true",
    "f?.txt, f10.txt, false",
    "[a-c]*, bx, true",
    "[^a-c]*, bx, false",
    "[^a-c]*, dx, true",
    "\\*, *, true",
    "\\*, a, false",
    "[, [, false",
    "a[, ab, false",
    "a*b*c, axxbyyc, true",
    "*, anything, true",
    "[]a], ], false",
    "[a&&b], &, true",
    "[[a], [, true",
    "[\\d], 5, false",
    "[\\d], d, true",
    "[\\\\[], [, true",
    "[z-a], m, false"
  })
  void namesFitAsInGo(String pattern, String name, boolean fits) {
    assertThat(new Glob(pattern).matches(name)).isEqualTo(fits);
  }
}
