package dev.sandpiper.testkit.retries;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The tables in {@code docs/retries.md} are those by which requests are sent. Who changes them on
 * purpose runs this with {@code -Dsandpiper.docs.write=true}, and shows the difference.
 */
class RetryTableTest {
  @Test
  void theTablesAreThoseInTheDocumentation() throws IOException {
    String rendered = RetryDocument.rendered();
    if (Boolean.getBoolean("sandpiper.docs.write")) RetryDocument.write(rendered);
    assertThat(RetryDocument.text()).isEqualTo(rendered);
  }
}
