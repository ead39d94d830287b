package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Endpoint;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.testing.Patience;
import java.util.Map;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final String KEY = "e2b_00ff";

  private final E2bSettings.Options options = new E2bSettings.Options();

  @AfterEach
  void nothingIsLeft() {
    Patience.untilNoThreadIsLeft();
  }

  private E2bSettings resolve(String... environment) {
    return E2bSettings.resolve(options, variables(environment));
  }

  private E2bSettings resolveWithKey(String... environment) {
    options.apiKey = KEY;
    return resolve(environment);
  }

  private static Map<String, String> variables(String... namesAndValues) {
    return switch (namesAndValues.length) {
      case 0 -> Map.of();
      case 2 -> Map.of(namesAndValues[0], namesAndValues[1]);
      default -> Map.of(namesAndValues[0], namesAndValues[1], namesAndValues[2], namesAndValues[3]);
    };
  }

  private static HttpUrl url(String text) {
    return HttpUrl.get(text);
  }

  @Test
  void withoutAnythingButAKeyItIsE2bItself() {
    E2bSettings settings = resolveWithKey();
    assertThat(settings.apiKey()).isEqualTo(KEY);
    assertThat(settings.domain()).isEqualTo("e2b.app");
    assertThat(settings.apiUrl()).isEqualTo(url("https://api.e2b.app"));
    assertThat(settings.sandboxUrl()).isNull();
    assertThat(settings.debug()).isFalse();
  }

  @Test
  void theEnvironmentWinsOverTheDefault() {
    assertThat(resolve("E2B_API_KEY", "e2b_ab").apiKey()).isEqualTo("e2b_ab");
    options.apiKey = KEY;
    assertThat(resolve("E2B_DOMAIN", "e2b.dev").domain()).isEqualTo("e2b.dev");
    assertThat(resolve("E2B_API_URL", "http://a:1").apiUrl()).isEqualTo(url("http://a:1"));
    assertThat(resolve("E2B_SANDBOX_URL", "http://s:2").sandboxUrl()).isEqualTo(url("http://s:2"));
    assertThat(resolve("E2B_DEBUG", "true").debug()).isTrue();
  }

  @Test
  void anOptionWinsOverTheEnvironment() {
    options.apiKey = KEY;
    options.domain = "own.example";
    options.apiUrl = "http://own:1";
    options.sandboxUrl = "http://own:2";
    assertThat(resolve("E2B_API_KEY", "e2b_dd").apiKey()).isEqualTo(KEY);
    assertThat(resolve("E2B_DOMAIN", "other.example").domain()).isEqualTo("own.example");
    assertThat(resolve("E2B_API_URL", "http://other").apiUrl()).isEqualTo(url("http://own:1"));
    assertThat(resolve("E2B_SANDBOX_URL", "http://o").sandboxUrl()).isEqualTo(url("http://own:2"));
  }

  @Test
  void anEmptyTextIsNotSet() {
    options.apiKey = "";
    options.domain = "";
    options.apiUrl = "";
    options.sandboxUrl = "";
    E2bSettings fromEnvironment = resolve("E2B_API_KEY", KEY, "E2B_DOMAIN", "e2b.pro");
    assertThat(fromEnvironment.apiKey()).isEqualTo(KEY);
    assertThat(fromEnvironment.apiUrl()).isEqualTo(url("https://api.e2b.pro"));

    options.apiKey = KEY;
    assertThat(resolve("E2B_DOMAIN", "").domain()).isEqualTo("e2b.app");
    assertThat(resolve("E2B_API_URL", "").apiUrl()).isEqualTo(url("https://api.e2b.app"));
    assertThat(resolve("E2B_SANDBOX_URL", "").sandboxUrl()).isNull();
    assertThat(resolve("E2B_DEBUG", "").debug()).isFalse();
  }

  @Test
  void anEmptyKeyIsNoKey() {
    assertThatThrownBy(() -> resolve("E2B_API_KEY", ""))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("no API key");
  }

  @ParameterizedTest
  @CsvSource({"true,true", "TRUE,true", "True,true", "1,false", "yes,false", "' true',false"})
  void onlyTheWordTrueTurnsDebugOn(String text, boolean debug) {
    assertThat(resolveWithKey("E2B_DEBUG", text).debug()).isEqualTo(debug);
  }

  @Test
  void debugFalseBeatsTheEnvironment() {
    options.debug = false;
    assertThat(resolveWithKey("E2B_DEBUG", "true").debug()).isFalse();
    options.debug = true;
    assertThat(resolveWithKey("E2B_DEBUG", "false").debug()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "TRUE", "True"})
  void onlyTheWordTrueSwitchesTheCheckOfTheKeyOn(String text) {
    assertThatThrownBy(() -> resolve("E2B_VALIDATE_API_KEY", text, "E2B_API_KEY", "own-key"))
        .isInstanceOf(AuthenticationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "yes", "on", "", "false", "true "})
  void anyOtherWordLeavesTheCheckOff(String text) {
    assertThat(resolve("E2B_VALIDATE_API_KEY", text, "E2B_API_KEY", "own-key").apiKey())
        .isEqualTo("own-key");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\t"})
  void aBlankKeyIsRefused(String key) {
    assertThatThrownBy(() -> resolve("E2B_API_KEY", key))
        .isInstanceOf(AuthenticationException.class);
  }

  @Test
  void theOptionToCheckBeatsTheEnvironment() {
    options.validateApiKey = true;
    assertThatThrownBy(() -> resolve("E2B_VALIDATE_API_KEY", "false", "E2B_API_KEY", "own-key"))
        .isInstanceOf(AuthenticationException.class);
    options.validateApiKey = false;
    assertThat(resolve("E2B_VALIDATE_API_KEY", "true", "E2B_API_KEY", "own-key").apiKey())
        .isEqualTo("own-key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"e2b_x", "e2b_9G", "e2b_AB", "4321", "e2b_98\n", "E2B_98", " e2b_98", "e2b_98 "})
  void aKeyOfAnotherShapeIsRefusedWithoutBeingRepeatedWhereThatIsChecked(String key) {
    options.validateApiKey = true;
    assertThatThrownBy(() -> resolve("E2B_API_KEY", key))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("has not the shape")
        .hasMessageNotContaining(key);
  }

  @Test
  void aKeyThatNoHeaderCanHoldIsRefusedEvenUnchecked() {
    options.validateApiKey = false;
    for (String key : new String[] {"secret-1\n", "secret-2é", "secret 3\u0000"}) {
      assertThatThrownBy(() -> resolve("E2B_API_KEY", key))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void anAccessTokenThatNoHeaderCanHoldIsRefusedWithoutBeingRepeated() {
    EnvdVersion version = EnvdVersion.parse("0.6.13");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new SandboxAccess("s", "d", version, url("http://h"), "secret\r\nX: 1", null))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @Test
  void withoutAKeyThereIsNoClientExceptInDebugMode() {
    assertThatThrownBy(this::resolve)
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("E2B_API_KEY");
    E2bSettings debug = resolve("E2B_DEBUG", "true");
    assertThat(debug.apiKey()).isNull();
    assertThatThrownBy(debug::requireApiKey).isInstanceOf(AuthenticationException.class);
  }

  @Test
  void theApiUrlFollowsDomainAndDebug() {
    options.apiKey = KEY;
    assertThat(resolve("E2B_DOMAIN", "own.example").apiUrl())
        .isEqualTo(url("https://api.own.example"));
    assertThat(resolve("E2B_DEBUG", "true").apiUrl()).isEqualTo(url("http://localhost:3000"));
    assertThat(resolve("E2B_DEBUG", "true", "E2B_API_URL", "http://x:9").apiUrl())
        .isEqualTo(url("http://x:9"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:3000",
        "ftp://e2b.app",
        "http//alice:secret@e2b.app",
        "ht tp://secret@host",
        "http://exa mple/?token=secret",
        "http:///",
        "http://host/api?token=secret",
        "http://host/api#secret",
        "http://host?",
        "http://alice:secret@host",
        "http://secret@host"
      })
  void aMalformedUrlIsNamedWithoutItsSecrets(String text) {
    options.apiKey = KEY;
    options.apiUrl = text;
    assertThatIllegalArgumentException()
        .isThrownBy(this::resolve)
        .withMessageContaining("the API URL")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    options.apiUrl = null;
    options.sandboxUrl = text;
    assertThatIllegalArgumentException()
        .isThrownBy(this::resolve)
        .withMessageContaining("the sandbox URL")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://e2b.app",
        "e2b.app/",
        "e2b.app/v2",
        "e2b.app:8443",
        " e2b.app",
        "e2b.app ",
        "e2b app",
        "alice:secret@e2b.app",
        "e2b.app?secret",
        "e2b.app#secret",
        "e2b..app",
        "\\e2b.app"
      })
  void aDomainThatIsNotJustANameIsRefused(String domain) {
    options.apiKey = KEY;
    options.domain = domain;
    assertThatIllegalArgumentException()
        .isThrownBy(this::resolve)
        .withMessageContaining("the domain must be a name")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @Test
  void aDomainHasNoCase() {
    options.domain = "E2B.App";
    assertThat(resolveWithKey().domain()).isEqualTo("e2b.app");
  }

  @ParameterizedTest
  @ValueSource(strings = {"e2b.app", "e2b.dev", "e2b.pro", "e2b-staging.dev"})
  void sandboxesOfTheKnownDomainsShareAHost(String domain) {
    assertThat(envd(domain)).isEqualTo(url("https://sandbox." + domain));
  }

  @ParameterizedTest
  @ValueSource(strings = {"own.example", "eu.e2b.app", "e2b.app.example"})
  void sandboxesOfOtherDomainsHaveHostsOfTheirOwn(String domain) {
    assertThat(envd(domain)).isEqualTo(url("https://49983-isb1." + domain));
  }

  private HttpUrl envd(String domain, String... environment) {
    return SandboxAddresses.of(resolveWithKey(environment)).envd("isb1", domain);
  }

  @Test
  void aSandboxUrlWinsOverEveryHost() {
    assertThat(envd("e2b.app", "E2B_SANDBOX_URL", "http://s:2")).isEqualTo(url("http://s:2"));
    assertThat(envd("e2b.app", "E2B_DEBUG", "true", "E2B_SANDBOX_URL", "http://s:2"))
        .isEqualTo(url("http://s:2"));
  }

  @Test
  void inDebugModeTheDaemonIsOnThisMachine() {
    assertThat(envd("e2b.app", "E2B_DEBUG", "true")).isEqualTo(url("http://localhost:49983"));
  }

  private Endpoint endpoint(int port, @Nullable String trafficToken, String... environment) {
    SandboxAddresses addresses = SandboxAddresses.of(resolveWithKey(environment));
    return addresses.port(
        port,
        new SandboxAccess(
            "isb1",
            "e2b.app",
            EnvdVersion.parse("0.6.13"),
            addresses.envd("isb1", "e2b.app"),
            "envd-secret",
            trafficToken));
  }

  @Test
  void aPortHasAHostOfItsOwnAlsoWhereTheDaemonsIsShared() {
    Endpoint endpoint = endpoint(8080, null);
    assertThat(endpoint.uri()).hasToString("https://8080-isb1.e2b.app");
    assertThat(endpoint.headers()).isEmpty();
  }

  @Test
  void aPortThatIsNotPublicNeedsTheTrafficTokenAndNeverTheDaemons() {
    Endpoint endpoint = endpoint(8080, "traffic-secret");
    assertThat(endpoint.headers())
        .containsExactly(Map.entry("e2b-traffic-access-token", "traffic-secret"));
    assertThat(endpoint.toString()).doesNotContain("secret");
  }

  @Test
  void throughASandboxUrlHeadersRoute() {
    Endpoint endpoint = endpoint(8080, null, "E2B_SANDBOX_URL", "http://127.0.0.1:7000/base//");
    assertThat(endpoint.uri()).hasToString("http://127.0.0.1:7000/base");
    assertThat(endpoint.headers())
        .containsOnly(Map.entry("E2b-Sandbox-Id", "isb1"), Map.entry("E2b-Sandbox-Port", "8080"));
    assertThat(endpoint(1, null, "E2B_SANDBOX_URL", "http://[::1]:7000").uri())
        .hasToString("http://[::1]:7000");
  }

  @Test
  void inDebugModeAPortIsOnThisMachine() {
    Endpoint endpoint = endpoint(8080, null, "E2B_DEBUG", "true");
    assertThat(endpoint.uri()).hasToString("http://localhost:8080");
    assertThat(endpoint.headers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_536})
  void aNumberThatIsNoPortIsRefused(int port) {
    assertThatIllegalArgumentException().isThrownBy(() -> endpoint(port, null));
  }

  @Test
  void noTextOfOursHoldsASecret() {
    E2bSettings settings = resolveWithKey("E2B_API_URL", "http://host/secret");
    assertThat(settings.toString()).doesNotContain(KEY).doesNotContain("secret");
    SandboxAddresses addresses = SandboxAddresses.of(settings);
    SandboxAccess access =
        new SandboxAccess(
            "isb1",
            "e2b.app",
            EnvdVersion.parse("0.6.13"),
            url("http://u:secret@h"),
            "secret",
            "secret");
    assertThat(access.toString()).doesNotContain("secret");
    assertThat(addresses.toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({"0.6.13,0,6,13", "v1.2.3-rc.1,1,2,3", "0.10.0,0,10,0"})
  void envdVersionsAreThreeNumbers(String text, int major, int minor, int patch) {
    assertThat(EnvdVersion.parse(text)).isEqualTo(new EnvdVersion(major, minor, patch));
  }

  @Test
  void envdVersionsCompareAsNumbers() {
    assertThat(EnvdVersion.parse("0.9.9").isBefore(EnvdVersion.parse("0.10.0"))).isTrue();
    assertThat(EnvdVersion.parse("0.5.7").isBefore(EnvdVersion.RAW_UPLOADS)).isFalse();
    assertThat(EnvdVersion.parse("0.0.9").isBefore(EnvdVersion.OLDEST_USABLE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1.2", "a.b.c", "1.2.x", "1234567.0.0"})
  void whatIsNoVersionIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> EnvdVersion.parse(text));
  }

  @Test
  void anotherIntegrationStandsBehindOurOwnName() {
    assertThat(E2bClient.builder().userAgent().text())
        .matches("sandpiper-e2b/\\d+\\.\\d+\\.\\d+\\S*");
    assertThat(E2bClient.builder().integration("my-agent/1.2").userAgent().text())
        .matches("sandpiper-e2b/\\d+\\.\\d+\\.\\d+\\S* my-agent/1\\.2");
  }
}
