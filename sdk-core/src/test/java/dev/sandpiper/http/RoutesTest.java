package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/files/compose",
    "http://h/, http://h/files/compose",
    "http://h/kruise/sbx, http://h/kruise/sbx/files/compose",
    "http://h/kruise/sbx/, http://h/kruise/sbx/files/compose",
    "http://h/kruise/sbx///, http://h/kruise/sbx/files/compose",
    "https://[::1]:8443/a%2Fb, https://[::1]:8443/a%2Fb/files/compose",
    "http://h/a b/ü, http://h/a%20b/%C3%BC/files/compose"
  })
  void aRouteIsBelowThePathOfItsServer(String base, String url) {
    assertThat(Routes.under(Routes.base("the URL", base), "files", "compose")).hasToString(url);
  }

  @Test
  void eachPartIsOneSegment() {
    HttpUrl base = Routes.base("the URL", "http://h");
    assertThat(Routes.under(base, "a/b?c#d", "%2e")).hasToString("http://h/a%2Fb%3Fc%23d/%252e");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void aPartThatLeadsElsewhereIsRefused(String part) {
    HttpUrl base = Routes.base("the URL", "http://h");
    assertThatIllegalArgumentException().isThrownBy(() -> Routes.under(base, "sandboxes", part));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h",
        "ftp://h",
        "http://",
        "http://h?q=secret",
        "http://h/#secret",
        "http://a:secret@h"
      })
  void whatRequestsWouldDropIsRefusedAndNotRepeated(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Routes.base("the URL", text))
        .withMessageStartingWith("the URL ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }
}
