package dev.sandpiper.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "*.java A.java",
        "*.java a/b/A.java",
        "src/*.java src/A.java",
        "src/**/A.java src/A.java",
        "src/**/A.java src/b/c/A.java",
        "**/b/** a/b/c/d",
        "./a/?.c a/x.c",
        "*.{ts,tsx} a/b.tsx",
        "{a,b}/{c,d{e,f}} b/df",
        "a*b*c aXbbXc",
        "a[1].txt a[1].txt"
      })
  void matches(String pattern, String path) throws Exception {
    assertThat(Glob.of(pattern).matches(path)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "*.java A.javac",
        "src/*.java src/a/A.java",
        "src/**/A.java test/A.java",
        "*.{ts,tsx} a.js",
        "a?c ac"
      })
  void doesNotMatch(String pattern, String path) throws Exception {
    assertThat(Glob.of(pattern).matches(path)).isFalse();
  }

  @Test
  void bracesWithoutAPairOrWithTooManyMeaningsAreRefused() {
    for (String pattern : new String[] {"{a", "a}", "{a,b}".repeat(20)}) {
      assertThatExceptionOfType(InvalidArgumentsException.class).isThrownBy(() -> Glob.of(pattern));
    }
  }

  @Test
  @Timeout(5)
  void aPatternOfManyStarsTakesNoLongTime() throws Exception {
    assertThat(Glob.of("*a".repeat(100) + "b").matches("a".repeat(5_000))).isFalse();
    assertThat(Glob.of("**/a/".repeat(100) + "b").matches("a/".repeat(2_000) + "c")).isFalse();
  }
}
