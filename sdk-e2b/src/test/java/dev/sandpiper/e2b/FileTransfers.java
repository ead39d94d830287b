package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;

/** Transfers of a file in more than one test. */
final class FileTransfers {
  private FileTransfers() {}

  static MockResponse bytes(String text) {
    return new MockResponse.Builder().body(text).build();
  }

  static void assertEnvdHeaders(RecordedRequest request) {
    Headers headers = request.getHeaders();
    assertThat(headers.get("E2b-Sandbox-Id")).isEqualTo("isb1");
    assertThat(headers.get("E2b-Sandbox-Port")).isEqualTo("49983");
    assertThat(headers.get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(headers.get("User-Agent")).isEqualTo(E2bClient.builder().userAgent().text());
    assertThat(headers.values("Accept-Encoding")).containsExactly("identity");
    assertThat(headers.get("X-API-KEY")).isNull();
    assertThat(headers.get("Authorization")).isNull();
  }
}
