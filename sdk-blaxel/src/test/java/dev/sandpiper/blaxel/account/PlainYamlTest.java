package dev.sandpiper.blaxel.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

class PlainYamlTest {
  /** As {@code bl login} writes it. */
  private static final String WRITTEN =
      """
      # written by bl
      context:
          workspace: my-workspace   # the current one
      workspaces:
          - name: my-workspace
            id: abc123
            credentials:
                apiKey: "a: b"
                expires_in: 7200
          - name: 'other'
            credentials: {}
      tracking: false
      """;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static String json(String yaml) throws Exception {
    return PlainYaml.parse(yaml).toString();
  }

  @Test
  void theConfigurationOfTheToolIsRead() throws Exception {
    assertThat(json(WRITTEN))
        .isEqualTo(
            "{\"context\":{\"workspace\":\"my-workspace\"},\"workspaces\":[{\"name\":\"my-workspace\","
                + "\"id\":\"abc123\",\"credentials\":{\"apiKey\":\"a: b\","
                + "\"expires_in\":\"7200\"}},{\"name\":\"other\",\"credentials\":{}}],"
                + "\"tracking\":\"false\"}");
  }

  @Test
  void aListMayStandAsDeepAsItsName() throws Exception {
    assertThat(json("---\na:\n- y: 1\n  z: 2\n-   w: 3\nb: null\nc:   \n"))
        .isEqualTo("{\"a\":[{\"y\":\"1\",\"z\":\"2\"},{\"w\":\"3\"}],\"b\":\"\",\"c\":\"\"}");
  }

  @Test
  void addressesAndTokensAreWhole() throws Exception {
    assertThat(json("url: https://a.b/c\r\nkey: -a_b+c/d==  # it\n"))
        .isEqualTo("{\"url\":\"https://a.b/c\",\"key\":\"-a_b+c/d==\"}");
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
    "'a: 1|a: 2', line 2: a name that is there twice",
    "'a: 1|just text', line 2: neither",
    "'a:|  - text', line 2: neither",
    "'- a: 1', line 1: indented too deep",
    "'a:|  - b: \"c', line 2: a value in a form that is not read here",
    "'a: \"b\" c', line 1: a value in a form",
    "'a: \"\\x\"', line 1: a value in a form",
    "'a: ''it''''s''', line 1: a value in a form",
    "'a: >|  text', line 1: a value in a form",
    "'a: &b c', line 1: a value in a form",
    "'a: {b: c}', line 1: a value in a form",
    "'a: !secret x', line 1: a value in a form",
    "'a: ~', line 1: a value in a form",
    "'a: \u00e4', line 1: a character",
    "'a: 1|---|b: 2', line 2: neither",
    "'<html>|</html>', line 1: neither",
  })
  void whatIsNotReadIsNamedWithItsLine(String yaml, String message) {
    assertThatThrownBy(() -> PlainYaml.parse(yaml.replace('|', '\n')))
        .isInstanceOf(PlainYaml.Malformed.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void depthIsBounded() {
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      deep.append(" ".repeat(i)).append("a:\n");
    }
    assertThatThrownBy(() -> PlainYaml.parse(deep.toString())).hasMessageContaining("too deep");
  }

  /** What a full parser makes of it, every value as its text. */
  private static JsonNode engine(String yaml) {
    LoadSettings settings = LoadSettings.builder().setAllowDuplicateKeys(false).build();
    return new Compose(settings)
        .composeString(yaml)
        .filter(root -> !root.getTag().equals(Tag.NULL)) // nothing behind a ---
        .map(PlainYamlTest::json)
        .orElseGet(NODES::objectNode);
  }

  private static JsonNode json(Node node) {
    if (node instanceof MappingNode mapping) {
      ObjectNode object = NODES.objectNode();
      mapping
          .getValue()
          .forEach(
              tuple ->
                  object.set(
                      ((ScalarNode) tuple.getKeyNode()).getValue(), json(tuple.getValueNode())));
      return object;
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = NODES.arrayNode();
      sequence.getValue().forEach(item -> array.add(json(item)));
      return array;
    }
    boolean isNull = node.getTag().equals(Tag.NULL);
    return TextNode.valueOf(isNull ? "" : ((ScalarNode) node).getValue());
  }

  private static final List<String> STARTS =
      List.of("", "", "", "  ", "  ", "    ", "- ", "  - ", "  -   ", "    - ", " ", "\t", "- - ");
  private static final List<String> NAMES =
      List.of(
          "a:", "b: ", "name: ", "c:", "d :", "'q': ", "? e", "true: ", "1: ", "f:g: ", "", "-");
  private static final List<String> VALUES =
      List.of(
          "",
          "",
          "x",
          "key.with-a_b==",
          "-x",
          "-",
          "7200",
          "true",
          "null",
          "~",
          "https://a/b:c",
          "a: b",
          "a:",
          "a #b",
          "a#b",
          "# note",
          "'it'",
          "'it''s'",
          "\"x # y\"",
          "\"x\\ny\"",
          "\"open",
          "{}",
          "[]",
          "{a: b}",
          "[x, y]",
          ">",
          "|-",
          "&a x",
          "*a",
          "!t x",
          "%x",
          "@x",
          "`x",
          "x y",
          "\u00e4",
          "...",
          "---",
          "=",
          "<<",
          "x,",
          "0x1F",
          "2001-01-01",
          ".5",
          "- x");
  private static final List<String> ENDS = List.of("\n", "\n", "\n", "\r\n", " \n", " # x\n", "\r");

  private static String any(Random random, List<String> texts) {
    return texts.get(random.nextInt(texts.size()));
  }

  private static String document(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(20) == 0 ? "---\n" : "");
    for (int line = random.nextInt(4); line >= 0; line--) {
      text.append(any(random, STARTS)).append(any(random, NAMES));
      text.append(any(random, VALUES)).append(any(random, ENDS));
    }
    return text.toString();
  }

  /** Some characters of what the tool writes are others, or are not there. */
  private static String damaged(Random random) {
    StringBuilder text = new StringBuilder(WRITTEN);
    for (int changes = random.nextInt(2); changes >= 0; changes--) {
      int at = random.nextInt(text.length());
      String characters = " \n\"'#:-{}[]&*!|>%@`~,?\\\taZ9\u00e4";
      int length = random.nextInt(3);
      int letter = random.nextInt(characters.length());
      text.replace(
          at, Math.min(text.length(), at + length), characters.substring(letter, letter + 1));
    }
    return text.toString();
  }

  /** Fixed seeds, so that a failure comes again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatIsReadIsReadAsAFullParserReadsIt(long seed) {
    Random random = new Random(seed);
    int read = 0;
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      String yaml = i % 2 == 0 ? document(random) : damaged(random);
      JsonNode document;
      try {
        document = PlainYaml.parse(yaml);
      } catch (PlainYaml.Malformed e) {
        refused++;
        continue;
      }
      read++;
      try {
        assertThat(document).as(yaml).isEqualTo(engine(yaml));
      } catch (YamlEngineException e) {
        throw new AssertionError("a full parser refuses this:\n" + yaml, e);
      }
    }
    assertThat(read).isGreaterThan(300);
    assertThat(refused).isGreaterThan(500);
  }
}
