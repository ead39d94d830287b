package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void writtenObjectIsReadAgain() throws Exception {
    byte[] written = Json.write(Json.object().put("text", "\u00e4\n"));

    assertThat(written).asString(UTF_8).isEqualTo("{\"text\":\"\u00e4\\n\"}");
    assertThat(Json.parse(written).path("text").asText()).isEqualTo("\u00e4\n");
  }

  @Test
  void secondDocumentIsMalformed() {
    assertThatThrownBy(() -> Json.parse("{} 1".getBytes(UTF_8)))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void nothingIsNoDocument() {
    assertThatThrownBy(() -> Json.parse(new byte[0])).isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void nestingIsBounded() throws Exception {
    assertThat(Json.parse(nested(64))).isNotEmpty();
    assertThatThrownBy(() -> Json.parse(nested(65))).isInstanceOf(MalformedStreamException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "\"\"",
        "{}",
        "[[],{},[{}]]",
        "{\"a\":1,\"a\":2}",
        "[0,-1,2147483647,2147483648,-9223372036854775808,9223372036854775808]",
        "[1.5,1e400,-0.0,1.0E-5,123456789012345678901234567890.5]",
        "{\"b\":[1,null,false,\"\\u00e4\\ud83d\\ude00\\n\"]}"
      })
  void treesAreThoseOfJacksonsMapper(String document) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode tree = Json.parse(document.getBytes(UTF_8));

    assertThat(tree).isEqualTo(mapper.readTree(document));
    assertThat(Json.write(tree)).isEqualTo(mapper.writeValueAsBytes(tree));
  }

  @Test
  void valuesInTextsAreJsonWhoseCharactersAreAsTheyWere() throws Exception {
    String smile = "\ud83d\ude00";
    JsonNode texts =
        Json.parse(
            ("{\"plain\":\"" + smile + "\",\"nested\":[\"" + smile + "\"],\"none\":null}")
                .getBytes(UTF_8));

    assertThat(Json.texts(texts))
        .isEqualTo(Map.of("plain", smile, "nested", "[\"" + smile + "\"]"));
  }

  private static byte[] nested(int depth) {
    return ("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8);
  }
}
