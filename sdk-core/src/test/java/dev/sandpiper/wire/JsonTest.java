package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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

  private static byte[] nested(int depth) {
    return ("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8);
  }
}
