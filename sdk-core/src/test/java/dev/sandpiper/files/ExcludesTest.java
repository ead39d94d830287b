package dev.sandpiper.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.DirectoryOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExcludesTest {

  private static boolean excludes(String name, String... patterns) {
    boolean isDirectory = name.endsWith("/");
    String path = isDirectory ? name.substring(0, name.length() - 1) : name;
    return Excludes.of(List.of(patterns)).excludes(path, isDirectory);
  }

  @ParameterizedTest
  @CsvSource({
    "a, a",
    "a, b/a",
    "a, b/a/c",
    "*.log, x.log",
    "*.log, d/.log",
    "?.x, ü.x",
    "?.x, 😀.x",
    "/a, a/b",
    "a/b, a/b/c",
    "/a/*/c, a/b/c",
    "node_modules/, deep/node_modules/",
    "node_modules/, deep/node_modules/x",
    "**/a, a",
    "**/a, b/c/a",
    "a/**/b, a/b",
    "a/**/b, a/x/y/b",
    "a/**, a/b/c",
    "**, a",
    "a*b*c, aXbXbc",
    "\\!a, !a",
    "\\*, *",
    "\\#, #",
    "'a\\ ', 'a '",
    "'a  ', a",
  })
  void whatAPatternMatchesIsLeftOut(String pattern, String name) {
    assertThat(excludes(name, pattern)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "a, ab",
    "*.log, x.log2",
    "*, ''",
    "?.x, ab.x",
    "a?b, a/b",
    "a*b, a/b",
    "/a, b/a",
    "a/b, c/a/b",
    "node_modules/, node_modules",
    "a/**, a/",
    "a/**/b, ab",
    "A, a",
    "#a, #a",
    "'', a",
    "\\*, x",
  })
  void whatItDoesNotMatchIsTaken(String pattern, String name) {
    if (!name.isEmpty()) {
      assertThat(excludes(name, pattern)).isFalse();
    }
  }

  @Test
  void theLastPatternThatMatchesDecides() {
    assertThat(excludes("keep.log", "*.log", "!keep.log")).isFalse();
    assertThat(excludes("other.log", "*.log", "!keep.log")).isTrue();
    assertThat(excludes("keep.log", "!keep.log", "*.log")).isTrue();
  }

  @Test
  void belowWhatIsLeftOutNothingIsTakenInAgain() {
    assertThat(excludes("build/keep", "build/", "!build/keep")).isTrue();
    assertThat(excludes("build/keep", "build/*", "!build/keep")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a[bc]", "a\\", "a\\/b", "/", "!", "a//b", "a\0b"})
  void whatIsNoPatternIsRefused(String pattern) {
    DirectoryOptions options = DirectoryOptions.standard();
    assertThatIllegalArgumentException().isThrownBy(() -> options.exclude(pattern));
  }

  @Test
  void patternsAreBounded() {
    DirectoryOptions options = DirectoryOptions.standard();
    assertThatIllegalArgumentException().isThrownBy(() -> options.exclude("a/".repeat(64)));
    assertThatIllegalArgumentException().isThrownBy(() -> options.exclude("a".repeat(65_537)));
    assertThat(options.exclude("a").exclude("b", "!c").excludes()).containsExactly("a", "b", "!c");
  }

  /** One that looked at every part from every other would take hours for these. */
  @Test
  @Timeout(20)
  void theTimeIsLinearInHostileNames() {
    String deep = "a/".repeat(1 << 20) + "c";
    assertThat(excludes(deep, "**/a/**/a/**/b", "/a/**/b/**/b", "x", "**/b/**")).isFalse();
    String wide = "a".repeat(1 << 20);
    assertThat(excludes(wide, "*a*a*a*a*a*b", "*b")).isFalse();
  }
}
