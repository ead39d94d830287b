package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import mockwebserver3.RecordedRequest;

/** What the control plane is sent and answers in more than one test. */
final class ControlPlaneMessages {
  static final String NO_SANDBOXES = "[]";

  private ControlPlaneMessages() {}

  static void assertApiHeaders(RecordedRequest request) {
    String userAgent = E2bClient.builder().userAgent().text();
    assertThat(request.getHeaders().get("X-API-KEY")).isEqualTo(ScriptedE2b.KEY);
    assertThat(request.getHeaders().get("User-Agent")).isEqualTo(userAgent);
    assertThat(request.getHeaders().get("Accept")).isEqualTo("application/json");
    assertThat(request.getHeaders().get("Accept-Encoding")).isEqualTo("identity");
    assertThat(request.getHeaders().get("lang")).isEqualTo("java");
    assertThat(request.getHeaders().get("lang_version")).isNotEmpty();
    assertThat(userAgent).endsWith(request.getHeaders().get("package_version"));
    assertThat(request.getHeaders().get("publisher")).isEqualTo("sandpiper");
    assertThat(request.getHeaders().get("sdk_runtime")).isEqualTo("jvm");
    assertThat(request.getHeaders().get("system")).isNotEmpty();
    assertThat(request.getHeaders().get("X-Access-Token")).isNull();
  }

  static String page(String... ids) {
    return java.util.Arrays.stream(ids)
        .map(
            id ->
                """
                {"templateID": "t", "sandboxID": "%s", "state": "running",
                 "startedAt": "2026-11-20T10:00:00Z"}"""
                    .formatted(id))
        .collect(java.util.stream.Collectors.joining(",", "[", "]"));
  }
}
