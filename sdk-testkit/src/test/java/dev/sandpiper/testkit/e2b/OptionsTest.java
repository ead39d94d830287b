package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.testing.FreePort;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.e2b.envd.Envd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each choice opens, and what it does not. */
class OptionsTest {
  private static final String FOREIGN = "Origin: https://example.com";
  private static final String LOOPBACK = "Host: localhost";

  private static String get(
      LocalSandboxes sandboxes, String variable, String target, String... headers)
      throws IOException {
    return RawRequest.get(
        String.valueOf(sandboxes.e2bEnvironment().get(variable)), target, headers);
  }

  private static JsonNode create(LocalSandboxes sandboxes, boolean secure) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(sandboxes.e2bEnvironment().get("E2B_API_URL") + "/sandboxes"))
            .header("X-API-KEY", String.valueOf(sandboxes.e2bEnvironment().get("E2B_API_KEY")))
            .POST(
                BodyPublishers.ofString(
                    "{\"templateID\":\"base\",\"timeout\":60,\"secure\":%s}".formatted(secure)));
    HttpClient client = HttpClient.newHttpClient();
    return LocalServer.json.readTree(client.send(request.build(), BodyHandlers.ofString()).body());
  }

  private static String[] to(JsonNode sandbox, String... more) {
    String[] headers = new String[3 + more.length];
    headers[0] = LOOPBACK;
    headers[1] = "E2b-Sandbox-Id: " + sandbox.path("sandboxID").asText();
    headers[2] = "E2b-Sandbox-Port: " + Envd.PORT;
    System.arraycopy(more, 0, headers, 3, more.length);
    return headers;
  }

  @Test
  void thePortsAreThoseThatWereAsked() throws Exception {
    int control = FreePort.any();
    int edge = FreePort.any();
    LocalSandboxes.Builder builder =
        LocalSandboxes.builder().e2bControlPort(control).e2bSandboxPort(edge);
    try (LocalSandboxes sandboxes = builder.start()) {
      assertThat(sandboxes.e2bEnvironment())
          .containsEntry("E2B_API_URL", "http://127.0.0.1:" + control)
          .containsEntry("E2B_SANDBOX_URL", "http://127.0.0.1:" + edge);
      assertThatThrownBy(builder::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot start the local sandboxes")
          .hasMessageContaining(Integer.toString(control));
      assertThat(get(sandboxes, "E2B_API_URL", "/health", LOOPBACK)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void senselessChoicesAreRefusedAtOnce() {
    LocalSandboxes.Builder builder = LocalSandboxes.builder();
    assertThatThrownBy(() -> builder.e2bControlPort(65_536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536");
    assertThatThrownBy(() -> builder.e2bSandboxPort(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.e2bTemplates(Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** In a sandbox of E2B itself, for one, the port is taken. */
  private static void assumeDebugPort() {
    try (ServerSocket socket = new ServerSocket(Envd.PORT, 1, InetAddress.getLoopbackAddress())) {
      assertThat(socket.isBound()).isTrue();
    } catch (IOException e) {
      assumeTrue(false, () -> "port " + Envd.PORT + " is taken: " + e.getMessage());
    }
  }

  @Test
  void aClientInDebugModeRunsCommands() throws Exception {
    assumeDebugPort();
    try (LocalSandboxes local =
            LocalSandboxes.builder().e2bControlPort(0).e2bDebugClients().start();
        E2bClient client = E2bClient.builder().environment(Map.of("E2B_DEBUG", "true")).build()) {
      E2bSandbox sandbox = client.create(SandboxSpec.standard());
      assertThat(sandbox.shell("echo $E2B_SANDBOX_ID").stdout().text())
          .isEqualTo("debug_sandbox_id\n");
      assertThat(local.e2bEnvironment()).containsKey("E2B_API_KEY");
    }
  }

  @Test
  void debugClientsOnTheWholeHostMustBeMeant() {
    assumeDebugPort();
    assertThatThrownBy(() -> LocalSandboxes.builder().e2bDebugClients().wholeHost().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("e2bWholeHostForDebugClients()");
    LocalSandboxes.Builder meant =
        LocalSandboxes.builder().e2bControlPort(0).e2bDebugClients().wholeHost();
    meant.e2bWholeHostForDebugClients().start().close();
  }

  @Test
  void aDebugClientNeedsNoTokenButAPageFromElsewhereGetsNothing() throws Exception {
    assumeDebugPort();
    LocalSandboxes.Builder builder =
        LocalSandboxes.builder().e2bControlPort(0).e2bDebugClients().wideCors();
    try (LocalSandboxes sandboxes = builder.start()) {
      String daemon = "http://127.0.0.1:" + Envd.PORT;
      assertThat(RawRequest.get(daemon, "/envs", LOOPBACK))
          .startsWith("HTTP/1.1 200")
          .contains("\"E2B_SANDBOX_ID\":\"debug_sandbox_id\"");
      assertThat(RawRequest.get(daemon, "/envs", LOOPBACK, FOREIGN)).startsWith("HTTP/1.1 403");
      assertThat(RawRequest.get(daemon, "/envs", "Host: evil.example")).startsWith("HTTP/1.1 403");
      assertThat(
              get(
                  sandboxes,
                  "E2B_SANDBOX_URL",
                  "/envs",
                  LOOPBACK,
                  FOREIGN,
                  "E2b-Sandbox-Id: debug_sandbox_id",
                  "E2b-Sandbox-Port: " + Envd.PORT))
          .startsWith("HTTP/1.1 403");
      assertThat(get(sandboxes, "E2B_API_URL", "/v2/sandboxes", LOOPBACK))
          .startsWith("HTTP/1.1 401");
    }
  }

  @Test
  void wideCorsLetsPagesInThatHaveTheTokens() throws Exception {
    try (LocalSandboxes sandboxes = LocalSandboxes.builder().wideCors().start()) {
      JsonNode sandbox = create(sandboxes, true);
      String token = "X-Access-Token: " + sandbox.path("envdAccessToken").asText();
      assertThat(get(sandboxes, "E2B_SANDBOX_URL", "/envs", to(sandbox, FOREIGN, token)))
          .startsWith("HTTP/1.1 200")
          .contains("Access-Control-Allow-Origin: *");
      assertThat(get(sandboxes, "E2B_SANDBOX_URL", "/envs", to(sandbox, FOREIGN)))
          .startsWith("HTTP/1.1 401");
      assertThat(get(sandboxes, "E2B_API_URL", "/v2/sandboxes", LOOPBACK, FOREIGN))
          .startsWith("HTTP/1.1 401")
          .contains("Access-Control-Allow-Origin: *");
      assertThat(get(sandboxes, "E2B_API_URL", "/health", "Host: evil.example", FOREIGN))
          .startsWith("HTTP/1.1 403");
      JsonNode open = create(sandboxes, false);
      assertThat(get(sandboxes, "E2B_SANDBOX_URL", "/envs", to(open, FOREIGN)))
          .startsWith("HTTP/1.1 403");
      assertThat(get(sandboxes, "E2B_SANDBOX_URL", "/envs", to(open))).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void fileCallsLeaveTheDirectoryOnTheWholeHostOnly() throws Exception {
    Path file = Path.of(System.getProperty("java.home"), "release").toRealPath(); // not in /tmp
    try (LocalSandboxes sandboxes = LocalSandboxes.start()) {
      assertThat(
              get(
                  sandboxes,
                  "E2B_SANDBOX_URL",
                  "/files?path=" + file,
                  to(create(sandboxes, false))))
          .startsWith("HTTP/1.1 4")
          .doesNotContain("JAVA_VERSION");
    }
    try (LocalSandboxes sandboxes = LocalSandboxes.builder().wholeHost().start()) {
      assertThat(
              get(
                  sandboxes,
                  "E2B_SANDBOX_URL",
                  "/files?path=" + file,
                  to(create(sandboxes, false))))
          .startsWith("HTTP/1.1 200")
          .contains("JAVA_VERSION");
    }
  }

  /** Posts as the platform does, to the daemon itself, and gives status, token and text. */
  private static String initialize(String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + Envd.PORT + "/init"))
            .POST(BodyPublishers.ofString(body))
            .build();
    var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertThat(response.headers().firstValue("X-Envd-Version")).contains("0.6.13");
    return (response.statusCode() + " " + response.body()).strip();
  }

  @Test
  void theDaemonOfDebugClientsIsSetUpAsTheRealOneIs() throws Exception {
    assumeDebugPort();
    try (LocalSandboxes local =
            LocalSandboxes.builder().e2bControlPort(0).e2bDebugClients().start();
        E2bClient client = E2bClient.builder().environment(Map.of("E2B_DEBUG", "true")).build()) {
      E2bSandbox sandbox = client.create(SandboxSpec.standard());
      assertThat(initialize("")).isEqualTo("204");
      assertThat(initialize("{\"defaultUser\":\"user\",\"envVars\":{\"A\":\"1\"}}"))
          .isEqualTo("204");
      assertThat(sandbox.shell("echo $A $E2B_SANDBOX_ID").stdout().text())
          .isEqualTo("1 debug_sandbox_id\n");
      assertThat(initialize("{")).isEqualTo("400");
      assertThat(initialize("{\"envVars\":[]}")).isEqualTo("400");
      assertThat(initialize("{\"colour\":\"red\"}")).isEqualTo("204");
      String daemon = "http://127.0.0.1:" + Envd.PORT;
      assertThat(RawRequest.get(daemon, "/init", LOOPBACK))
          .startsWith("HTTP/1.1 405")
          .contains("Allow: POST");
      assertThat(initialize("{\"accessToken\": \"a-token\"}")).isEqualTo("204");
      assertThat(initialize("{\"accessToken\":\"another\"}"))
          .isEqualTo("401 access token validation failed");
      assertThat(initialize("{}")).isEqualTo("401 access token reset not authorized");
      assertThat(initialize("{\"accessToken\": \"a-token\"}")).isEqualTo("204");
      assertThat(RawRequest.get(daemon, "/health", LOOPBACK)).startsWith("HTTP/1.1 204");
      assertThat(RawRequest.get(daemon, "/envs", LOOPBACK)).startsWith("HTTP/1.1 401");
      assertThat(local.e2bEnvironment()).containsKey("E2B_API_KEY");
    }
  }

  @Test
  void anEmptyDirectoryIsTheOneThatTheDaemonWasSetUpWith(@TempDir Path elsewhere) throws Exception {
    assumeDebugPort();
    LocalSandboxes.Builder builder = LocalSandboxes.builder().e2bControlPort(0).e2bDebugClients();
    try (LocalSandboxes local = builder.wholeHost().e2bWholeHostForDebugClients().start();
        E2bClient client = E2bClient.builder().environment(Map.of("E2B_DEBUG", "true")).build()) {
      E2bSandbox sandbox = client.create(SandboxSpec.standard());
      String home = sandbox.homeDirectory();
      assertThat(initialize("{\"defaultWorkdir\":\"%s\"}".formatted(elsewhere.toRealPath())))
          .isEqualTo("204");
      assertThat(sandbox.shell("pwd; echo $HOME").stdout().text())
          .isEqualTo(elsewhere.toRealPath() + "\n" + home + "\n");
      assertThat(local.e2bEnvironment()).containsKey("E2B_API_KEY");
    }
  }
}
