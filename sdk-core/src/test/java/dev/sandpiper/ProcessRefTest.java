package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessRefTest {
  @Test
  void textIsReadBackAsTheSame() {
    ProcessRef ref = new ProcessRef("e2b", "i-4.x_Y", "1234", "9f");

    assertThat(ref).hasToString("e2b:i-4.x_Y/1234/9f");
    assertThat(ProcessRef.parse("e2b:i-4.x_Y/1234/9f")).isEqualTo(ref);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "e2b:a/b",
        "e2b:a/b/",
        ":a/b/c",
        "e2b:a/b/c/d",
        "e2b:a/b/c\n",
        " e2b:a/b/c",
        "e2b:a/b/\u00e4",
        "e2b:a/../b/c",
        "e2b:a:b/c/d"
      })
  void textThatIsNoReferenceIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessRef.parse(text));
  }

  @Test
  void refusedTextIsNotQuoted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessRef.parse("key s3cret"))
        .withMessageContaining("10 characters")
        .withMessageNotContaining("s3cret");
  }

  @Test
  void hugeTextIsRefusedAndNotRepeated() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessRef.parse("e2b:" + "a".repeat(1 << 20) + "/b/c"))
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(200));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a:b", "a b", "a\0", "\n"})
  void partsAreOfPlainCharacters(String part) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProcessRef(part, "s", "p", "n"))
        .withMessageStartingWith("platform");
    assertThatIllegalArgumentException().isThrownBy(() -> new ProcessRef("e2b", part, "p", "n"));
    assertThatIllegalArgumentException().isThrownBy(() -> new ProcessRef("e2b", "s", part, "n"));
    assertThatIllegalArgumentException().isThrownBy(() -> new ProcessRef("e2b", "s", "p", part));
  }

  @Test
  void partIsAtMost128Characters() {
    String longest = "a".repeat(128);

    assertThat(new ProcessRef("e2b", longest, "p", "n").sandboxId()).isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProcessRef("e2b", longest + "a", "p", "n"));
  }
}
