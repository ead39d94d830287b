package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackOnlyTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  private String health(String... headers) throws IOException {
    return RawRequest.get(server.environment("E2B_API_URL"), "/health", headers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:3000", "127.0.0.1:80", "127.1.2.3", "[::1]:80"})
  void aLoopbackHostIsAnswered(String host) throws IOException {
    assertThat(health("Host: " + host)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1.nip.io"})
  void anotherHostIsRefused(String host) throws IOException {
    assertThat(health("Host: " + host)).startsWith("HTTP/1.1 403 ").contains("{\"code\":403");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://localhost.evil.example",
        "Sec-Fetch-Site: cross-site"
      })
  void whatAWebPageSendsIsRefused(String header) throws IOException {
    assertThat(health("Host: localhost", header)).startsWith("HTTP/1.1 403 ");
    assertThat(
            RawRequest.get(
                server.environment("E2B_SANDBOX_URL"), "/health", "Host: localhost", header))
        .startsWith("HTTP/1.1 403 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Origin: http://localhost:5173", "Sec-Fetch-Site: same-origin"})
  void whatALocalPageSendsIsAnswered(String header) throws IOException {
    assertThat(health("Host: localhost", header)).startsWith("HTTP/1.1 200 ");
  }
}
