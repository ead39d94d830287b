package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlSubsetTest {

  private static String json(String yaml) throws Exception {
    return YamlSubset.parse(yaml).toString();
  }

  @Test
  void theConfigurationOfTheToolIsRead() throws Exception {
    String yaml =
        """
        # written by bl
        context:
            workspace: my-workspace   # the current one
        workspaces:
            - name: my-workspace
              id: abc123
              credentials:
                  apiKey: "a # b: \\"c\\""
                  expires_in: 7200
            - name: 'it''s'
              credentials: {}
        tracking: false
        """;
    assertThat(json(yaml))
        .isEqualTo(
            "{\"context\":{\"workspace\":\"my-workspace\"},\"workspaces\":[{\"name\":\"my-workspace\","
                + "\"id\":\"abc123\",\"credentials\":{\"apiKey\":\"a # b: \\\"c\\\"\","
                + "\"expires_in\":\"7200\"}},{\"name\":\"it's\",\"credentials\":{}}],"
                + "\"tracking\":\"false\"}");
  }

  @Test
  void aListMayStandAsDeepAsItsName() throws Exception {
    assertThat(json("---\na:\n- x\n- y: 1\n  z: 2\n-\n  w: 3\nb: ~\nc:\n"))
        .isEqualTo("{\"a\":[\"x\",{\"y\":\"1\",\"z\":\"2\"},{\"w\":\"3\"}],\"b\":null,\"c\":null}");
  }

  @Test
  void urlsAndHashesInValuesStayWhole() throws Exception {
    assertThat(json("url: https://a.b/c#d\r\nkey: it's\n"))
        .isEqualTo("{\"url\":\"https://a.b/c#d\",\"key\":\"it's\"}");
  }

  @Test
  void nothingIsAnEmptyConfiguration() throws Exception {
    assertThat(json("\n# nothing\n\n")).isEqualTo("{}");
  }

  @ParameterizedTest
  @CsvSource({
    "'a: 1|\tb: 2', line 2: indented by a tab",
    "'a: 1|  b: 2', line 2: indented unlike",
    "'a:|    b: 1|  c: 2', line 3: indented",
    "'a: 1|a: 2', line 2: a name that stands there twice",
    "'a: 1|just text', line 2: neither",
    "'a: |  - b: \"c', line 2: a quote that is not closed",
    "'a: \"b\" c', line 1: something behind the closing quote",
    "'a: \"\\x\"', line 1: an escape",
    "'a: >|  text', line 1: YAML of a kind",
    "'a: &b c', line 1: YAML of a kind",
    "'a: {b: c}', line 1: YAML of a kind",
    "'a: !secret x', line 1: YAML of a kind",
    "'a: 1|---|b: 2', line 2: a second document",
    "'<html>|</html>', line 1: neither",
  })
  void whatIsNotReadIsNamedWithItsLine(String yaml, String message) {
    assertThatThrownBy(() -> YamlSubset.parse(yaml.replace('|', '\n')))
        .isInstanceOf(YamlSubset.Malformed.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void depthIsBounded() {
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      deep.append(" ".repeat(i)).append("a:\n");
    }
    assertThatThrownBy(() -> YamlSubset.parse(deep.toString()))
        .hasMessageContaining("more than 16 levels deep");
  }
}
