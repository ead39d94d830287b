package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a sandbox is created with, and what it shows of that. */
class SandboxOptionsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void aSpecSendsWhatItSaysAndNothingElse() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandboxSpec spec =
        E2bSandboxSpec.of(SandboxSpec.standard())
            .onTimeout(E2bOnTimeout.PAUSE)
            .autoResume(true)
            .internetAccess(true)
            .volume("data", "/mnt/data")
            .network(
                E2bNetwork.standard()
                    .allowOut("api.example.com", "10.0.0.0/8")
                    .denyOut(E2bNetwork.ALL_TRAFFIC)
                    .rule("API.example.com", Map.of("X-Key", "k"))
                    .dnsServers("1.1.1.1")
                    .httpsPorts(8443)
                    .publicTraffic(false)
                    .maskRequestHost("localhost:${PORT}")
                    .egressProxy(E2bEgressProxy.at("proxy.test:1080").credentials("u", "p").tls()))
            .extra("{\"mcp\": {\"server\": {}}, \"iam\": null}");
    e2b.client().create(spec).detach();

    JsonNode sent = ScriptedE2b.json(e2b.take("POST /v2/sandboxes"));
    ((com.fasterxml.jackson.databind.node.ObjectNode) sent).remove("metadata");
    assertThat(sent)
        .isEqualTo(
            ScriptedE2b.parse(
                """
                {"templateID": "base", "timeout": 300, "autoPause": true,
                 "autoResume": {"enabled": true}, "allow_internet_access": true,
                 "volumeMounts": [{"name": "data", "path": "/mnt/data"}],
                 "network": {"allowOut": ["api.example.com", "10.0.0.0/8"],
                   "denyOut": ["0.0.0.0/0"],
                   "rules": {"api.example.com": [{"transform": {"headers": {"X-Key": "k"}}}]},
                   "dnsServers": ["1.1.1.1"], "httpsPorts": [8443], "allowPublicTraffic": false,
                   "maskRequestHost": "localhost:${PORT}",
                   "egressProxy": {"address": "proxy.test:1080", "username": "u", "password": "p",
                     "tls": {"enabled": true}}},
                 "mcp": {"server": {}}, "iam": null}"""));
  }

  @Test
  void whatExcludesEachOtherIsRefusedBeforeAnythingIsSent() {
    E2bSandboxSpec spec = E2bSandboxSpec.of(SandboxSpec.standard());
    List<E2bSandboxSpec> contradictions =
        List.of(
            spec.autoResume(true),
            spec.onTimeout(E2bOnTimeout.KILL).autoResume(true),
            spec.pauseOnTimeout(E2bPauseMode.FILESYSTEM).autoResume(true),
            spec.network(E2bNetwork.standard().allowOut("example.com")));
    for (E2bSandboxSpec contradiction : contradictions) {
      assertThatIllegalArgumentException().isThrownBy(() -> e2b.client().create(contradiction));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> spec.extra("{\"timeout\": 1}"));
    assertThatIllegalArgumentException().isThrownBy(() -> spec.extra("[]"));
    assertThatIllegalArgumentException().isThrownBy(() -> spec.volume("a", "mnt"));
    E2bNetwork rules = E2bNetwork.standard();
    assertThatIllegalArgumentException().isThrownBy(() -> rules.denyOut("example.com"));
    for (String address : List.of("999.1.1.1", "1.1.1.1/33", ":::::::/9", "::1/129", " ")) {
      assertThatIllegalArgumentException().isThrownBy(() -> rules.denyOut(address));
      assertThatIllegalArgumentException().isThrownBy(() -> rules.dnsServers(address));
    }
    for (String destination : List.of(" ", "http://x y/", "a..b", "")) {
      assertThatIllegalArgumentException().isThrownBy(() -> rules.allowOut(destination));
    }
    rules.denyOut("10.0.0.0/8", "::1", "2001:db8::/32").allowOut("*.example.com", "b-1.example");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rules.rule("example.com", Map.of("X", "a\r\nB: c")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> E2bLogQuery.all().since(java.time.Instant.MAX));
    assertThatIllegalArgumentException().isThrownBy(() -> rules.httpsPorts(49983));
    assertThatIllegalArgumentException().isThrownBy(() -> rules.rule("*", Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> E2bEgressProxy.at("u:p@h:1"));
  }

  @Test
  void updatingTheNetworkReplacesAllOfIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(204, "");
    sandbox.updateNetwork(E2bNetwork.standard().denyOut("10.0.0.1"));
    e2b.take("PUT /sandboxes/isb1/network", "{\"denyOut\": [\"10.0.0.1\"]}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sandbox.updateNetwork(E2bNetwork.standard().publicTraffic(true)));
  }

  @Test
  void detailsHaveAllButTokensAndPasswords() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        {"sandboxID": "isb1", "templateID": "t1", "alias": "python", "state": "paused",
         "cpuCount": 2, "memoryMB": 512, "diskSizeMB": 1024, "envdVersion": "0.6.13",
         "envdAccessToken": "secret-1", "pauseMode": "filesystem", "envdUnresponsiveAtPause": true,
         "allowInternetAccess": null, "domain": null,
         "lifecycle": {"onTimeout": "pause", "autoResume": false},
         "network": {"egressProxy": {"address": "h:1", "password": "secret-2"}},
         "volumeMounts": [{"name": "v", "path": "/v"}]}""");
    E2bSandboxDetails details = sandbox.details();
    assertThat(details.common().state()).isEqualTo(State.PAUSED);
    assertThat(details.templateId()).contains("t1");
    assertThat(details.cpuCount()).hasValue(2);
    assertThat(details.memoryMegabytes()).hasValue(512);
    assertThat(details.diskMegabytes()).hasValue(1024);
    assertThat(details.pauseMode()).contains(E2bPauseMode.FILESYSTEM);
    assertThat(details.wasUnresponsiveAtPause()).isTrue();
    assertThat(details.onTimeout()).contains(E2bOnTimeout.PAUSE);
    assertThat(details.autoResume()).contains(false);
    assertThat(details.internetAccess()).isEmpty();
    assertThat(details.domain()).isEmpty();
    assertThat(details.volumes()).containsExactly(Map.entry("/v", "v"));
    assertThat(details.network().orElseThrow()).contains("h:1").doesNotContain("secret");
    assertThat(details.toString()).doesNotContain("secret");
    e2b.take("GET /sandboxes/isb1");
  }
}
