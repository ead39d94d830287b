package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapturedOutputTest {
  private final CapturedOutput some = CapturedOutput.incomplete(bytes("be"), bytes("end"), 99);

  @Test
  void completeOutputIsWhatWasWritten() {
    CapturedOutput all = CapturedOutput.complete(bytes("a\u00e4\n"));

    assertThat(all.isComplete()).isTrue();
    assertThat(all.text()).isEqualTo("a\u00e4\n");
    assertThat(all.bytes()).isEqualTo(all.head()).hasSize(4);
    assertThat(all.tail()).isEmpty();
    assertThat(all.totalBytes()).isEqualTo(4);
  }

  @Test
  void textSaysWhereSomethingIsMissing() {
    assertThat(some.text())
        .isEqualTo(
            "be\n[... output missing here: 99 bytes arrived, the first 2 and the last 3 were kept"
                + " ...]\nend");
  }

  @Test
  void bytesRefuseToHideAHole() {
    assertThatIllegalStateException()
        .isThrownBy(some::bytes)
        .withMessageContaining("99 bytes arrived, the first 2 and the last 3 were kept")
        .withMessageContaining("captureBytes");
  }

  @Test
  void whatWasLostInTransitIsNotCalledDropped() {
    CapturedOutput lost = CapturedOutput.incomplete(bytes("be"), bytes("end"), 5);

    assertThat(lost.text()).isEqualTo("be\n[... output may have been lost here ...]\nend");
    assertThatIllegalStateException()
        .isThrownBy(lost::bytes)
        .withMessage("output may have been lost in transit; use parts() for the captured parts");
  }

  @Test
  void anIncompleteOutputHasTwoParts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CapturedOutput.incomplete(List.of(bytes("a")), 2))
        .withMessage("incomplete output has two parts at least");
    assertThat(some.parts()).containsExactly(bytes("be"), bytes("end"));
  }

  @Test
  void arraysAreCopies() {
    byte[] given = bytes("abc");
    CapturedOutput all = CapturedOutput.complete(given);
    given[0] = 'X';
    all.bytes()[1] = 'X';
    all.head()[2] = 'X';

    assertThat(all.text()).isEqualTo("abc");
  }

  @Test
  void contentIsNotInMessages() {
    assertThat(some).hasToString("99 bytes, incomplete");
    assertThat(CapturedOutput.complete(bytes("s3cret"))).hasToString("6 bytes");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
