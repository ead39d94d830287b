package dev.sandpiper.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;

/** JSON documents as trees, bounded in depth and in the length of what they hold. */
public final class Json {
  private static final int DEEPEST = 64;
  private static final int LONGEST_TEXT = 20_000_000;
  private static final ObjectMapper MAPPER = new ObjectMapper(boundedFactory());

  private Json() {}

  private static JsonFactory boundedFactory() {
    // Names are not canonicalised: documents with ever new keys would cost a hundredfold.
    return JsonFactory.builder()
        .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxStringLength(LONGEST_TEXT)
                .build())
        .build();
  }

  /**
   * The document in {@code bytes}.
   *
   * @throws MalformedStreamException if there is none, or more than one
   */
  public static JsonNode parse(byte[] bytes) throws MalformedStreamException {
    try (var parser = MAPPER.getFactory().createParser(bytes)) {
      JsonNode node = MAPPER.readTree(parser);
      if (node == null || parser.nextToken() != null) {
        throw new MalformedStreamException("not one JSON document");
      }
      return node;
    } catch (MalformedStreamException e) {
      throw e;
    } catch (IOException e) {
      // The parser's message quotes the document, which is not ours to repeat.
      throw new MalformedStreamException("JSON that cannot be read");
    }
  }

  /** A field's text; empty if the field is missing, empty or not a text. */
  public static Optional<String> text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isTextual() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  /** An empty object to fill. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The document as UTF-8, without white space. */
  public static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (IOException e) {
      throw new IllegalStateException("a tree in memory could not be written", e);
    }
  }
}
