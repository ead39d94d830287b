package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.testing.CapturedLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class AuthenticationTest {
  private static final String TOKEN = "POST /v0/oauth/token";
  private static final String LOOK = "GET /v0/sandboxes/sbx-1";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
  @TempDir Path directory;

  private static String grant(String token) {
    return "{\"access_token\":\"" + token + "\",\"refresh_token\":\"next\",\"expires_in\":7200}";
  }

  /** A client without a key, whose credentials a test adds. */
  private BlaxelClientBuilder bare() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("c.yaml"),
            """
            workspaces:
              - name: acme
                credentials:
                  access_token: stale-secret
                  refresh_token: refresh-secret
                  device_code: device
            """);
    return BlaxelClient.builder()
        .environment(java.util.Map.of())
        .workspace("acme")
        .configFile(file)
        .apiUrl(blaxel.url() + "/v0")
        .waits(Waits.ofAtMost(Duration.ofMillis(300)));
  }

  private static String bearer(mockwebserver3.RecordedRequest request) {
    return String.valueOf(request.getHeaders().get("X-Blaxel-Authorization"));
  }

  @Test
  void clientCredentialsAreExchangedOnceForAToken() throws Exception {
    blaxel.on(TOKEN, ScriptedBlaxel.json(200, grant("t-1")));
    BlaxelClient client = blaxel.open(bare().clientCredentials("id", "secret"));
    blaxel.sandbox(client);
    blaxel.sandbox(client);

    var asked = blaxel.first(TOKEN);
    assertThat(asked.getHeaders().get("Authorization")).isEqualTo("Basic aWQ6c2VjcmV0");
    assertThat(asked.getHeaders().get("X-Blaxel-Authorization")).isNull();
    assertThat(ScriptedBlaxel.json(asked).path("grant_type").asText())
        .isEqualTo("client_credentials");
    assertThat(bearer(blaxel.first(LOOK))).isEqualTo("Bearer t-1");
  }

  @Test
  void aRefusedTokenIsRenewedOnceAndTheRequestSentAgain() throws Exception {
    blaxel.on(LOOK, ScriptedBlaxel.json(401, "{\"error\":\"expired\",\"code\":401}"));
    blaxel.on(TOKEN, ScriptedBlaxel.json(200, grant("fresh")));
    BlaxelClient client = blaxel.open(bare());
    assertThat(blaxel.sandbox(client).id()).isEqualTo("sbx-1");

    assertThat(bearer(blaxel.first(LOOK))).isEqualTo("Bearer stale-secret");
    JsonNode grant = ScriptedBlaxel.json(blaxel.first(TOKEN));
    assertThat(grant.path("grant_type").asText()).isEqualTo("refresh_token");
    assertThat(grant.path("refresh_token").asText()).isEqualTo("refresh-secret");
    assertThat(grant.path("device_code").asText()).isEqualTo("device");
    assertThat(grant.path("client_id").asText()).isEqualTo("blaxel");
  }

  @Test
  void aTokenThatIsRefusedAgainIsAnError() throws Exception {
    blaxel.on(LOOK, ScriptedBlaxel.json(401, "{\"error\":\"expired\",\"code\":401}"));
    blaxel.on(TOKEN, ScriptedBlaxel.json(200, grant("fresh")));
    blaxel.on(LOOK, ScriptedBlaxel.json(401, "{\"error\":\"still no\",\"code\":401}"));
    BlaxelClient client = blaxel.open(bare());
    assertThatThrownBy(() -> client.connect("sbx-1"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("still no");
  }

  @Test
  void anExpiredLoginSaysWhatToDoAndNoSecret() throws Exception {
    blaxel.on(LOOK, ScriptedBlaxel.json(401, ""));
    blaxel.on(TOKEN, ScriptedBlaxel.json(400, "{\"error\":\"refresh-secret is invalid\"}"));
    BlaxelClient client = blaxel.open(bare());
    assertThatThrownBy(() -> client.connect("sbx-1"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("bl login")
        .hasMessageNotContaining("secret");
    assertThat(String.join("\n", CapturedLog.lines())).doesNotContain("secret");
  }

  @Test
  void aKeyThatIsRefusedIsNotTriedAgain() {
    blaxel.on(LOOK, ScriptedBlaxel.json(401, "{\"error\":\"no\",\"code\":401}"));
    BlaxelClient client = blaxel.client();
    assertThatThrownBy(() -> client.connect("sbx-1"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageNotContaining(ScriptedBlaxel.KEY);
  }
}
