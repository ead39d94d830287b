package dev.sandpiper.e2b;

import static dev.sandpiper.testing.HostilePeer.assertHarmless;
import static dev.sandpiper.testing.HostilePeer.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Content;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.testing.HostilePeer;
import dev.sandpiper.testing.HostilePeer.Attack;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A control plane or a sandbox that wants to harm. Whatever it answers to whatever is asked is
 * refused as what it is; nobody else is asked or killed, and the account's key stays where it
 * belongs.
 */
@Timeout(60)
class HostileE2bTest {
  private static final RetryOptions SOON =
      RetryOptions.standard().firstPause(Duration.ofMillis(5)).longestPause(Duration.ofMillis(5));

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b(E2bCodec.JSON);
  @RegisterExtension final HostilePeer hostile = new HostilePeer();

  /** Of the control plane that is hostile. */
  private E2bClient client() {
    return e2b.open(e2b.builder().retries(SOON).apiUrl(hostile.url()));
  }

  private E2bSandbox sandbox() throws Exception {
    return e2b.sandbox(e2b.open(e2b.builder().retries(SOON).sandboxUrl(hostile.url())), "0.6.13");
  }

  private static long count(E2bClient client) {
    return client.list(SandboxFilter.all()).stream().limit(100).count();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileControlPlaneIsRefused(Attack attack) throws Exception {
    E2bClient client = client();
    hostile.attack(attack);
    assertRefused(attack, () -> client.connect("isb1"));
    assertRefused(attack, () -> client.connect("isb1", Duration.ZERO));
    assertRefused(attack, () -> count(client));
    assertHarmless(attack, () -> client.kill("isb1"));
    assertRefused(attack, () -> client.create(SandboxSpec.standard()));
    assertThat(hostile.asked())
        .noneMatch(request -> request.getHeaders().get("X-Access-Token") != null);
  }

  @ParameterizedTest
  @EnumSource
  void aHostileSandboxIsRefusedAndNeverSeesTheAccountsKey(Attack attack) throws Exception {
    E2bSandbox sandbox = sandbox();
    hostile.attack(attack);
    E2bFilesystem files = sandbox.files();
    assertRefused(attack, () -> sandbox.exec("true"));
    assertRefused(attack, () -> sandbox.processes().list());
    assertRefused(attack, () -> sandbox.codeInterpreter().runCode("1"));
    assertRefused(attack, () -> sandbox.codeInterpreter().contexts());
    assertRefused(attack, () -> sandbox.codeInterpreter().createContext());
    assertRefused(attack, () -> files.list("/d"));
    assertRefused(attack, () -> files.stat("/d"));
    assertHarmless(attack, () -> files.readBytes("/d"));
    assertHarmless(attack, () -> files.write("/d", Content.of("x")));
    assertRefused(attack, () -> files.makeDirectory("/d"));
    assertRefused(attack, () -> files.move("/d", "/e"));
    assertRefused(attack, () -> files.delete("/d"));
    assertRefused(attack, () -> files.watch("/d", WatchOptions.standard()).close());
    for (RecordedRequest request : hostile.asked()) {
      assertThat(request.getHeaders().toString()).doesNotContain(ScriptedE2b.KEY);
      assertThat(request.getTarget()).doesNotContain(ScriptedE2b.KEY);
    }
  }

  private static String json(String id) {
    return ScriptedE2b.sandboxJson("0.6.13").replace("isb1", id);
  }

  static Stream<String> ids() {
    return Stream.of(
        "../sandboxes/x",
        "..",
        ".",
        "a/b",
        "a%2fb",
        "a\\\\b",
        "a\\r\\nX-API-KEY: b",
        "a\\u0000b",
        "a b",
        "\\u00fcn\\u00ef",
        "a@b",
        "a?b",
        "a#b",
        "a".repeat(129));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void anIdThatCouldLeadElsewhereIsMalformedAndNothingIsKilled(String id) throws Exception {
    E2bClient client = client();
    hostile.answer(200, json(id));
    assertThatThrownBy(() -> client.connect("isb1")).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> client.connect("isb1", Duration.ZERO))
        .isInstanceOf(WireFormatException.class);
    hostile.answer(200, "[" + json(id) + "]");
    assertThatThrownBy(() -> count(client)).isInstanceOf(WireFormatException.class);
    hostile.answer(
        request ->
            request.getMethod().equals("GET")
                ? HostilePeer.json(200, "[]")
                : HostilePeer.json(201, json(id)));
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(WireFormatException.class);
    assertThat(hostile.asked()).noneMatch(request -> request.getMethod().equals("DELETE"));
  }

  @Test
  void whatIsOpenedIsWhatWasAskedFor() throws Exception {
    E2bClient client = client();
    hostile.answer(200, json("victim"));
    assertThatThrownBy(() -> client.connect("isb1")).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> client.connect("victi")).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> client.connect("isb1", Duration.ZERO))
        .isInstanceOf(WireFormatException.class);
    assertThat(client.connect("victim-0ldc11ent").id()).isEqualTo("victim");
  }

  @Test
  void aListThatIgnoresItsFilterShowsNobodyElses() throws Exception {
    E2bClient client = client();
    String item =
        "{\"sandboxID\": \"%s\", \"state\": \"running\", \"metadata\": {\"team\": \"%s\"}}";
    hostile.answer(
        200, "[" + item.formatted("ours", "x") + "," + item.formatted("strangers", "y") + "]");
    List<String> ids =
        client.list(SandboxFilter.all().label("team", "x")).stream().map(SandboxInfo::id).toList();
    assertThat(ids).containsExactly("ours");
    ids.forEach(client::kill);
    assertThat(hostile.asked().stream().map(RecordedRequest::getTarget))
        .noneMatch(target -> target.contains("strangers"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "/etc/passwd", "..", ".", "", "a\\u0000b", "/"})
  void anEntryThatIsCalledLikeAPathIsMalformed(String name) throws Exception {
    E2bSandbox sandbox = sandbox();
    String entry = "{\"name\": \"" + name + "\", \"type\": \"FILE_TYPE_FILE\", \"path\": \"/d/x\"}";
    hostile.answer(200, "{\"entries\": [" + entry + "]}");
    assertThatThrownBy(() -> sandbox.files().list("/d")).isInstanceOf(WireFormatException.class);
    hostile.answer(200, "{\"entry\": " + entry + "}");
    assertThatThrownBy(() -> sandbox.files().stat("/d/x")).isInstanceOf(WireFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"envdAccessToken", "trafficAccessToken"})
  void aTokenThatNoHeaderCanHoldIsRefusedAndNotRepeated(String field) {
    E2bClient client = client();
    hostile.answer(
        200,
        "{\"sandboxID\": \"isb1\", \"envdVersion\": \"0.6.13\", \""
            + field
            + "\": \"s3cr3t\\r\\nX-Other: y\"}");
    assertThatThrownBy(() -> client.connect("isb1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageNotContaining("s3cr3t");
  }
}
