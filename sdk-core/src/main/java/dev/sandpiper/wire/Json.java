package dev.sandpiper.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads and writes JSON trees, bounded in depth and in the length of strings. */
public final class Json {
  private static final int DEEPEST = 64;
  private static final int LONGEST_TEXT = 20_000_000;
  private static final JsonFactory STANDARD = bounded().build();
  private static final JsonFactory PYTHON =
      bounded().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][ ]")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[ ][XXX][XX][X]")
          .toFormatter(Locale.ROOT);

  private Json() {}

  private static JsonFactoryBuilder bounded() {
    // Field names are not canonicalised: documents with ever new names would cost a hundredfold.
    return new JsonFactoryBuilder()
        .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxStringLength(LONGEST_TEXT)
                .build());
  }

  /**
   * Parses the document in {@code bytes}.
   *
   * @throws MalformedStreamException if it is not exactly one JSON document
   */
  public static JsonNode parse(byte[] bytes) throws MalformedStreamException {
    return parse(bytes, STANDARD);
  }

  /**
   * Like {@link #parse}, for JSON written by Python, which writes {@code NaN} and {@code Infinity}
   * as numbers.
   */
  public static JsonNode parsePython(byte[] bytes) throws MalformedStreamException {
    return parse(bytes, PYTHON);
  }

  private static JsonNode parse(byte[] bytes, JsonFactory format) throws MalformedStreamException {
    try (var parser = format.createParser(bytes)) {
      JsonNode node = parser.nextToken() == null ? null : JsonTrees.read(parser);
      if (node == null || parser.nextToken() != null) {
        throw new MalformedStreamException("expected exactly one JSON document");
      }
      return node;
    } catch (MalformedStreamException e) {
      throw e;
    } catch (IOException e) {
      // The parser's message quotes the document, which may contain secrets.
      throw new MalformedStreamException("malformed JSON");
    }
  }

  /**
   * Reads one array of objects, one object at a time.
   *
   * @param skipped fields that are skipped, however long they are
   * @param most the maximum number of objects
   * @throws MalformedStreamException if it is anything else, or has more than {@code most} objects
   */
  public static void objects(
      InputStream source, Set<String> skipped, int most, Consumer<JsonNode> each)
      throws IOException {
    try (var parser = STANDARD.createParser(source)) {
      requireToken(parser.nextToken() == JsonToken.START_ARRAY);
      for (int count = 0; parser.nextToken() != JsonToken.END_ARRAY; count++) {
        if (count == most) {
          throw new MalformedStreamException("the array has more than " + most + " objects");
        }
        requireToken(parser.currentToken() == JsonToken.START_OBJECT);
        each.accept(object(parser, skipped));
      }
      requireToken(parser.nextToken() == null);
    } catch (JsonProcessingException e) {
      throw new MalformedStreamException("malformed JSON");
    }
  }

  private static JsonNode object(JsonParser parser, Set<String> skipped) throws IOException {
    ObjectNode object = object();
    String field;
    while ((field = parser.nextFieldName()) != null) {
      parser.nextToken();
      if (skipped.contains(field)) {
        parser.skipChildren();
      } else {
        object.set(field, JsonTrees.read(parser));
      }
    }
    return object;
  }

  private static void requireToken(boolean isRight) throws MalformedStreamException {
    if (!isRight) {
      throw new MalformedStreamException("expected a JSON array of objects");
    }
  }

  /** A string field; empty if the field is missing, empty or not a string. */
  public static Optional<String> text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isTextual() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  /**
   * A field with an RFC 3339 timestamp; a space instead of the T is accepted, and a time without an
   * offset is UTC. Empty if the field is missing or anything else.
   */
  public static Optional<Instant> instant(JsonNode json, String field) {
    return text(json, field).flatMap(Json::instant);
  }

  private static Optional<Instant> instant(String text) {
    try {
      TemporalAccessor time = TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
      return Optional.of(
          time instanceof OffsetDateTime withZone
              ? withZone.toInstant()
              : LocalDateTime.from(time).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty(); // not a timestamp: treated as missing
    }
  }

  /**
   * The fields of an object as strings. Null values are omitted; values that are not strings are
   * written as JSON.
   */
  public static Map<String, String> texts(JsonNode json) {
    Map<String, String> texts = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      if (!value.isNull()) {
        texts.put(field.getKey(), value.isTextual() ? value.asText() : text(value));
      }
    }
    return texts;
  }

  /** Written as a string, because the UTF-8 generator escapes supplementary characters. */
  private static String text(JsonNode node) {
    StringWriter text = new StringWriter();
    try (JsonGenerator target = STANDARD.createGenerator(text)) {
      JsonTrees.write(node, target);
    } catch (IOException e) {
      throw new IllegalStateException("writing JSON to memory failed", e);
    }
    return text.toString();
  }

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The document as UTF-8, without whitespace. */
  public static byte[] write(JsonNode node) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator target = STANDARD.createGenerator(bytes)) {
      JsonTrees.write(node, target);
    } catch (IOException e) {
      throw new IllegalStateException("writing JSON to memory failed", e);
    }
    return bytes.toByteArray();
  }
}
