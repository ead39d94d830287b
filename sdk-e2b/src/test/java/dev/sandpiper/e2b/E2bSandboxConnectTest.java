package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.NotFoundException;
import java.time.Duration;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** E2B's {@code POST /sandboxes/{sandboxID}/connect}: connects to a sandbox, waking it. */
class E2bSandboxConnectTest {
  private static final String CONNECT = "POST /sandboxes/i1a2b3/connect";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static String sandbox() {
    return """
        {"templateID": "base", "sandboxID": "i1a2b3", "clientID": "c", "alias": "base",
         "envdVersion": "0.6.13", "envdAccessToken": "secret", "domain": "e2b.example"}""";
  }

  private void takeConnect(int seconds) throws Exception {
    RecordedRequest request = e2b.take(CONNECT);
    assertThat(request.getHeaders().get("X-API-Key")).isEqualTo(ScriptedE2b.KEY);
    assertThat(request.getHeaders().get("Content-Type")).startsWith("application/json");
    assertThat(ScriptedE2b.json(request).toString()).isEqualTo("{\"timeout\":" + seconds + "}");
  }

  @Test
  void okIsARunningSandboxAndCreatedOneThatWasWoken() throws Exception {
    e2b.answer(200, sandbox());
    E2bSandbox running = e2b.client().connect("i1a2b3", Duration.ofMinutes(10));
    e2b.answer(201, sandbox());
    E2bSandbox woken = e2b.client().connect("i1a2b3", Duration.ofSeconds(90));

    assertThat(running.id()).isEqualTo("i1a2b3");
    assertThat(running.wasResumed()).isFalse();
    assertThat(woken.wasResumed()).isTrue();
    assertThat(woken.toString()).doesNotContain("secret");
    takeConnect(600);
    takeConnect(90);
  }

  @Test
  void notFoundIsASandboxThatIsGone() throws Exception {
    e2b.answer(404, "{\"code\": 404, \"message\": \"Sandbox i1a2b3 not found\"}");
    assertThatThrownBy(() -> e2b.client().connect("i1a2b3", Duration.ofMinutes(1)))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("Sandbox i1a2b3 not found");
    takeConnect(60);
  }

  @Test
  void unauthorizedIsAKeyThatIsNotTaken() throws Exception {
    e2b.answer(401, "{\"code\": 401, \"message\": \"Invalid API key\"}");
    assertThatThrownBy(() -> e2b.client().connect("i1a2b3", Duration.ofMinutes(1)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageNotContaining(ScriptedE2b.KEY);
    takeConnect(60);
  }
}
