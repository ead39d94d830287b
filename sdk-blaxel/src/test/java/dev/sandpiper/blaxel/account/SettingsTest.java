package dev.sandpiper.blaxel.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final String FILE =
      """
      context:
        workspace: beta
      workspaces:
        - name: alpha
          credentials:
            apiKey: key-of-alpha
        - name: beta
          env: dev
          credentials:
            %s: "aWQ6c2VjcmV0"
        - name: gamma
          credentials:
            access_token: a.b.c
            refresh_token: r
            device_code: d
        - name: empty
      """;

  @TempDir Path home;

  private static BlaxelSettings resolve(String... variables) {
    return BlaxelSettings.resolve(new BlaxelSettings.Options(), map(variables));
  }

  private static Map<String, String> map(String... variables) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      map.put(variables[i], variables[i + 1]);
    }
    return map;
  }

  private Path writeFile(String text) throws Exception {
    Path file = home.resolve(".blaxel").resolve("config.yaml");
    Files.createDirectories(home.resolve(".blaxel"));
    return Files.writeString(file, text);
  }

  @Test
  void keyAndWorkspaceComeFromTheEnvironment() {
    BlaxelSettings settings = resolve("BL_API_KEY", "k", "BL_WORKSPACE", "acme");

    assertThat(settings.credentials()).isEqualTo(new Credentials.ApiKey("k"));
    assertThat(settings.workspace()).isEqualTo("acme");
    assertThat(settings.apiUrl()).hasToString("https://api.blaxel.ai/v0");
    assertThat(settings.region()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "prod, https://api.blaxel.ai/v0",
    "dev, https://api.blaxel.dev/v0",
    "local, http://localhost:8080/v0"
  })
  void theEnvironmentDecidesWhereTheApiIs(String environment, String url) {
    BlaxelSettings settings =
        resolve("BL_API_KEY", "k", "BL_WORKSPACE", "acme", "BL_ENV", environment);
    assertThat(settings.apiUrl()).hasToString(url);
  }

  @Test
  void anUnknownEnvironmentIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> resolve("BL_API_KEY", "k", "BL_WORKSPACE", "w", "BL_ENV", "staging"))
        .withMessageContaining("staging");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> resolve())
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("BL_WORKSPACE")
        .hasMessageContaining("BL_API_KEY");
    assertThatThrownBy(() -> resolve("BL_API_KEY", "k"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("BL_WORKSPACE");
    assertThatThrownBy(() -> resolve("BL_WORKSPACE", "acme"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("BL_API_KEY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"client_credentials", "clientCredentials"})
  void theFilesCurrentWorkspaceIsUsedInBothSpellings(String spelling) throws Exception {
    writeFile(FILE.formatted(spelling));
    BlaxelSettings settings = resolve("HOME", home.toString());

    assertThat(settings.workspace()).isEqualTo("beta");
    assertThat(settings.credentials()).isEqualTo(new Credentials.ClientCredentials("aWQ6c2VjcmV0"));
    assertThat(settings.apiUrl()).hasToString("https://api.blaxel.dev/v0");
  }

  @Test
  void windowssHomeIsUsedWhereTheUsualOneIsMissing() throws Exception {
    writeFile(FILE.formatted("clientCredentials"));
    String profile = home.toString();

    assertThat(resolve("USERPROFILE", profile).workspace()).isEqualTo("beta");
    assertThat(resolve("HOME", "", "USERPROFILE", profile).workspace()).isEqualTo("beta");
    assertThat(resolve("HOME", profile, "USERPROFILE", "/nowhere").workspace()).isEqualTo("beta");
  }

  @Test
  void theEnvironmentChoosesAnotherWorkspaceOfTheFile() throws Exception {
    writeFile(FILE.formatted("clientCredentials"));

    assertThat(resolve("HOME", home.toString(), "BL_WORKSPACE", "alpha").credentials())
        .isEqualTo(new Credentials.ApiKey("key-of-alpha"));
    assertThat(resolve("HOME", home.toString(), "BL_WORKSPACE", "gamma").credentials())
        .isEqualTo(new Credentials.Login("a.b.c", "r", "d"));
    assertThatThrownBy(() -> resolve("HOME", home.toString(), "BL_WORKSPACE", "empty"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("bl login empty");
  }

  @Test
  void aKeyTakesItsWorkspaceFromTheFile() throws Exception {
    writeFile(FILE.formatted("clientCredentials"));
    BlaxelSettings settings = resolve("HOME", home.toString(), "BL_API_KEY", "k");

    assertThat(settings.workspace()).isEqualTo("beta");
    assertThat(settings.credentials()).isEqualTo(new Credentials.ApiKey("k"));
  }

  @Test
  void aFileThatWasAskedForWinsOverTheEnvironment() throws Exception {
    BlaxelSettings.Options options = new BlaxelSettings.Options();
    options.configFile = writeFile(FILE.formatted("clientCredentials"));
    options.workspace = "alpha";
    BlaxelSettings settings = BlaxelSettings.resolve(options, map("BL_API_KEY", "other"));

    assertThat(settings.credentials()).isEqualTo(new Credentials.ApiKey("key-of-alpha"));
  }

  @Test
  void badYamlIsNamedWithFileAndLineAndWithoutItsSecrets() throws Exception {
    writeFile("context:\n  workspace: w\nworkspaces:\n  - name: w\n\tapiKey: top-secret\n");
    assertThatThrownBy(() -> resolve("HOME", home.toString()))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("config.yaml")
        .hasMessageContaining("line 5: indented by a tab")
        .hasMessageNotContaining("top-secret");
  }

  @Test
  void aFileThatIsNotThereMayBeMissingUnlessItWasAskedFor() {
    BlaxelSettings.Options options = new BlaxelSettings.Options();
    options.configFile = home.resolve("none.yaml");
    assertThatThrownBy(() -> BlaxelSettings.resolve(options, Map.of()))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("none.yaml");
    assertThat(resolve("HOME", home.toString(), "BL_API_KEY", "k", "BL_WORKSPACE", "w").workspace())
        .isEqualTo("w");
  }

  @ParameterizedTest
  @ValueSource(strings = {"not base64!", "bm9jb2xvbg==", "OnNlY3JldA=="})
  void clientCredentialsThatAreNoneAreRefused(String encoded) {
    assertThatThrownBy(() -> resolve("BL_CLIENT_CREDENTIALS", encoded, "BL_WORKSPACE", "w"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageNotContaining(encoded);
  }

  @Test
  void anEmptyRegionIsNone() {
    BlaxelSettings settings = resolve("BL_API_KEY", "k", "BL_WORKSPACE", "w", "BL_REGION", "");
    assertThat(settings.region()).isNull();
  }

  @Test
  void addressesCanBeForced() {
    BlaxelSettings settings =
        resolve(
            "BL_API_KEY",
            "k",
            "BL_WORKSPACE",
            "w",
            "BL_SANDBOX_MY_BOX_URL",
            "http://second/",
            "BL_SANDBOXES_MY_BOX_URL",
            "http://first/");

    assertThat(settings.forcedUrl("my-box").orElseThrow()).hasToString("http://first/");
    assertThat(settings.forcedUrl("other")).isEmpty();
  }

  @Test
  void noTextShowsASecret() {
    BlaxelSettings settings =
        resolve("BL_API_KEY", "top-secret", "BL_WORKSPACE", "w", "BL_ENV", "dev");
    assertThat(settings.toString() + settings.credentials()).doesNotContain("top-secret");
    assertThat(new Credentials.ClientCredentials("x-secret").toString()).doesNotContain("x-secret");
    assertThat(new Credentials.Login("x-secret", "y-secret", "z-secret").toString())
        .doesNotContain("secret");
  }
}
