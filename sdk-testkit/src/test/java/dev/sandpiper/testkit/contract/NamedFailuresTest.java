package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class NamedFailuresTest {
  private static Throwable named(Throwable failure) throws NoSuchMethodException {
    return NamedFailures.named(
        BytesAreExact.class.getMethod("anEmptyFileIsEmptyAndThere"), failure);
  }

  @Test
  void aFailureNamesItsPromiseAndItsFact() throws NoSuchMethodException {
    AssertionFailedError failure = new AssertionFailedError("expected 2", "2", "");
    assertThat(named(failure))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessage("Bytes are exact: an empty file is empty and there: expected 2")
        .hasCause(failure);
    assertThat(named(failure).getStackTrace()).isEqualTo(failure.getStackTrace());
    assertThat(named(new IOException("broken pipe")))
        .hasMessageEndingWith(": java.io.IOException: broken pipe");
  }

  @Test
  void aSkippedFactIsNoFailure() throws NoSuchMethodException {
    TestAbortedException skipped = new TestAbortedException("not here");
    assertThat(named(skipped)).isSameAs(skipped);
  }

  @Test
  void bytesThatDifferAreNotPrinted() {
    assertThat(catchThrowable(() -> Facts.assertSameBytes(new byte[299_999], new byte[300_000])))
        .hasMessage("expected 300000 bytes and got 299999, which differ from offset 299999 on");
  }
}
