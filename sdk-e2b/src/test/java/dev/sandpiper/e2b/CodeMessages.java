package dev.sandpiper.e2b;

import mockwebserver3.MockResponse;

/** What the service for code is asked and answers in more than one test. */
final class CodeMessages {
  static final String EXECUTE = "POST /execute";

  static final String END = "{\"type\": \"end_of_execution\"}\n";

  /** What {@code print("hé"); 1 + 1} gives, and a keep-alive and something new among it. */
  static final String CONVERSATION =
      """
      {"type": "number_of_executions", "execution_count": 3}
      {"type": "stdout", "text": "h\\u00e9", "timestamp": "2026-11-20T10:00:00.123456+00:00"}
      {"type": "keepalive"}
      {"type": "stderr", "text": "warn\\n", "timestamp": "soon"}
      {"type": "of_next_year", "text": ["?"]}
      {"type": "stdout", "text": "\\n"}
      {"type": "result", "text": "2", "is_main_result": true}
      {"type": "end_of_execution"}
      """;

  private CodeMessages() {}

  static MockResponse stream(String lines) {
    return new MockResponse.Builder().chunkedBody(lines, 7).build();
  }

  static MockResponse text(int status, String text) {
    return new MockResponse.Builder().code(status).body(text).build();
  }
}
