package dev.sandpiper.blaxel;

import static dev.sandpiper.testing.HostilePeer.assertHarmless;
import static dev.sandpiper.testing.HostilePeer.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Content;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.account.BlaxelSettings;
import dev.sandpiper.blaxel.files.Uploads;
import dev.sandpiper.testing.HostilePeer;
import dev.sandpiper.testing.HostilePeer.Attack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A control plane or a sandbox that wants to harm. Whatever it answers to whatever is asked is
 * refused as what it is, and nobody else is asked or killed.
 */
@Timeout(60)
class HostileBlaxelTest {
  private static final RetryOptions SOON =
      RetryOptions.standard().firstPause(Duration.ofMillis(5)).longestPause(Duration.ofMillis(5));

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
  @RegisterExtension final HostilePeer hostile = new HostilePeer();

  /** Of the control plane that is hostile. */
  private BlaxelClient client() {
    return blaxel.open(blaxel.builder().retries(SOON).apiUrl(hostile.url()));
  }

  private BlaxelSandbox sandbox(BlaxelClientBuilder builder) {
    return blaxel.sandbox(blaxel.open(builder.retries(SOON).sandboxUrl("sbx-1", hostile.url())));
  }

  private static long count(BlaxelClient client) {
    return client.list(SandboxFilter.all()).stream().limit(100).count();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileControlPlaneIsRefused(Attack attack) throws Exception {
    BlaxelClient client = client();
    hostile.attack(attack);
    assertRefused(attack, () -> client.connect("sbx-1"));
    assertRefused(attack, () -> client.connect("sbx-1", Duration.ZERO));
    assertRefused(attack, () -> count(client));
    assertHarmless(attack, () -> client.kill("sbx-1"));
    assertRefused(attack, () -> client.create(SandboxSpec.standard()));
    assertThat(hostile.asked()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileSandboxIsRefused(Attack attack) throws Exception {
    BlaxelSandbox sandbox = sandbox(blaxel.builder());
    BlaxelSandbox listing = sandbox(blaxel.exact());
    hostile.attack(attack);
    assertRefused(attack, () -> sandbox.exec("true"));
    assertRefused(attack, () -> listing.processes().list());
    assertRefused(attack, () -> sandbox.codeInterpreter().runCode("1"));
    assertRefused(attack, () -> sandbox.codeInterpreter().contexts());
    assertRefused(attack, () -> sandbox.codeInterpreter().createContext());
    assertRefused(attack, () -> sandbox.files().list("/d"));
    assertRefused(attack, () -> sandbox.files().stat("/d"));
    assertHarmless(attack, () -> sandbox.files().exists("/d"));
    assertHarmless(attack, () -> sandbox.files().readBytes("/d"));
    assertHarmless(attack, () -> sandbox.files().write("/d", Content.of("x")));
    assertRefused(attack, () -> sandbox.files().delete("/d"));
    assertThat(hostile.asked()).isNotEmpty();
  }

  private String json(String name, String team) {
    return blaxel
        .record("DEPLOYED", "")
        .replace("\"sbx-1\"", "\"" + name + "\"")
        .replace("\"x\"", "\"" + team + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../sandboxes/x",
        "..",
        ".",
        "a/b",
        "a%2fb",
        "a\\\\b",
        "a\\r\\nX: b",
        "a\\u0000b",
        "a b",
        "a@b",
        "a?b",
        "a#b",
        "\\u00fc"
      })
  void aNameThatCouldLeadElsewhereIsMalformedAndNothingIsKilled(String name) throws Exception {
    BlaxelClient client = client();
    hostile.answer(200, json(name, "x"));
    assertThatThrownBy(() -> client.connect("sbx-1")).isInstanceOf(WireFormatException.class);
    hostile.answer(200, "{\"data\":[" + json(name, "x") + "]}");
    assertThatThrownBy(() -> count(client)).isInstanceOf(WireFormatException.class);
    hostile.answer(
        request ->
            HostilePeer.json(
                200, request.getMethod().equals("GET") ? "{\"data\":[]}" : json(name, "x")));
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(WireFormatException.class);
    assertThat(hostile.asked()).noneMatch(request -> request.getMethod().equals("DELETE"));
  }

  @Test
  void aListThatIgnoresItsFilterShowsNobodyElses() throws Exception {
    BlaxelClient client = client();
    hostile.answer(200, "{\"data\":[" + json("ours", "x") + "," + json("strangers", "y") + "]}");
    List<String> ids =
        client.list(SandboxFilter.all().label("team", "x")).stream().map(SandboxInfo::id).toList();
    assertThat(ids).containsExactly("ours");
    ids.forEach(client::kill);
    assertThat(hostile.asked().stream().map(RecordedRequest::getTarget))
        .noneMatch(target -> target.contains("strangers"));
  }

  /** Without the label that a creation sends it is somebody else's. */
  @Test
  void aStrangersSandboxInTheAnswerToACreationIsNotKilledByClosing() throws Exception {
    BlaxelClient client = client();
    String strangers = json("strangers", "y").replace(blaxel.url() + "/sbx", hostile.url());
    hostile.answer(200, strangers);
    BlaxelSandbox sandbox =
        client.create(BlaxelSandboxSpec.of(SandboxSpec.standard()).name("ours"));
    sandbox.close();
    assertThat(sandbox.wasCreated()).isFalse();
    assertThat(hostile.asked()).noneMatch(request -> request.getMethod().equals("DELETE"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://user:s3cr3t@127.0.0.1/",
        "http://127.0.0.1/?to=x",
        "//127.0.0.1/",
        "127.0.0.1",
        "http://"
      })
  void anAddressThatIsNoneIsMalformed(String address) {
    BlaxelClient client = client();
    hostile.answer(200, json("sbx-1", "x").replace(blaxel.url() + "/sbx", address));
    assertThatThrownBy(() -> client.connect("sbx-1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageNotContaining("s3cr3t");
  }

  /** The account's token goes there. */
  @Test
  void anAddressWithoutTlsIsRefusedWhereBlaxelItselfHasIt() {
    BlaxelSettings.Options options = new BlaxelSettings.Options();
    options.apiKey = "bl_1";
    options.workspace = "acme";
    BlaxelSettings secure = BlaxelSettings.resolve(options, Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> secure.address("the address", "http://run.example/x"));
    assertThat(secure.address("the address", "https://run.example/x").isHttps()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"spec\":7",
        "\"spec\":[]",
        "\"spec\":{\"runtime\":\"x\"}",
        "\"spec\":{\"runtime\":[1]}"
      })
  void aRecordOfAnotherFormIsNotChanged(String spec) throws Exception {
    BlaxelClient client = client();
    String record = json("sbx-1", "x").replaceAll("(?s)\"spec\":.*?\\}\\}", spec);
    hostile.answer(200, record);
    BlaxelSandbox sandbox = client.connect("sbx-1", Duration.ZERO);
    assertThatThrownBy(() -> sandbox.expireIn(Duration.ofMinutes(1)))
        .isInstanceOf(WireFormatException.class);
    assertThat(hostile.asked()).noneMatch(request -> request.getMethod().equals("PUT"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "a/b", ""})
  void anUploadThatCouldLeadElsewhereIsMalformed(String id) throws Exception {
    BlaxelSandbox sandbox = sandbox(blaxel.builder());
    hostile.answer(200, "{\"uploadId\":\"" + id + "\"}");
    Content large = Content.of(new byte[Uploads.PIECE]);
    assertThatThrownBy(() -> sandbox.files().write("/d", large))
        .isInstanceOf(WireFormatException.class);
    assertThat(hostile.asked()).hasSize(1);
  }
}
