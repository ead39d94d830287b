package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** JSON as Go's standard library reads and writes it. */
public final class GoJson {
  /** Go would not accept the JSON. The message is Go's. */
  public static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedException(String message) {
      super(message);
    }
  }

  private static final ObjectMapper mapper = new ObjectMapper();

  static {
    mapper.getFactory().setCharacterEscapes(new Escapes());
  }

  private GoJson() {}

  public static ObjectNode object() {
    return mapper.createObjectNode();
  }

  public static ArrayNode array() {
    return mapper.createArrayNode();
  }

  public static byte[] bytes(JsonNode tree) {
    return text(tree).getBytes(UTF_8);
  }

  public static String text(JsonNode tree) {
    try {
      return ExactPath.readable(mapper.writeValueAsString(tree));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /** Bytes as text: each malformed byte becomes a U+FFFD of its own. */
  public static String decode(byte[] bytes) {
    return ExactPath.readable(ExactPath.text(bytes, bytes.length));
  }

  /** The first value in a body; the rest is ignored. */
  public static JsonNode first(byte[] body) {
    try (JsonParser parser = mapper.getFactory().createParser(body)) {
      if (parser.nextToken() == null) throw new MalformedException("EOF");
      return mapper.readTree(parser);
    } catch (JsonEOFException e) {
      throw new MalformedException("unexpected EOF");
    } catch (JsonParseException e) {
      throw new MalformedException(unexpected(body, e));
    } catch (IOException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static String unexpected(byte[] body, JsonParseException e) {
    int start = 0;
    while (start < body.length && " \t\r\n".indexOf(body[start]) >= 0) start++;
    long offset = e.getLocation() == null ? start : e.getLocation().getByteOffset();
    // Jackson reads a whole word before it reports an error.
    if ("{[\"-0123456789tfn".indexOf(body[start]) < 0) offset = start;
    int found = body[(int) Math.max(start, Math.min(offset, body.length - 1))] & 0xff;
    return "invalid character " + quoted(found) + " looking for beginning of value";
  }

  private static String quoted(int character) {
    if (character == '\'') return "'\\''";
    if (character < 0x20 || character == 0x7f)
      return String.format(Locale.ROOT, "'\\x%02x'", character);
    return "'" + (char) character + "'";
  }

  /** A field by its name, ignoring case; null if it is absent or null. */
  public static @Nullable JsonNode field(JsonNode object, String name) {
    JsonNode found = object.get(name);
    if (found == null) {
      found =
          object.properties().stream()
              .filter(field -> field.getKey().equalsIgnoreCase(name))
              .map(field -> field.getValue())
              .findFirst()
              .orElse(null);
    }
    return found == null || found.isNull() ? null : found;
  }

  /** Go's name for the type of a value, such as {@code array}. */
  public static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "array";
      case OBJECT, POJO -> "object";
      case BOOLEAN -> "bool";
      case STRING, BINARY -> "string";
      case NUMBER -> "number";
      case NULL, MISSING -> "null";
    };
  }

  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    private final int[] ascii = standardAsciiEscapesForJSON();

    Escapes() {
      for (char c = 0; c < ' '; c++) {
        if ("\b\t\n\f\r".indexOf(c) < 0) ascii[c] = ESCAPE_CUSTOM;
      }
      for (char c : new char[] {'<', '>', '&'}) ascii[c] = ESCAPE_CUSTOM;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ascii.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      boolean separator = c == 0x2028 || c == 0x2029;
      return c < 0x80 || separator
          ? new SerializedString("\\u" + HexFormat.of().toHexDigits((char) c))
          : null;
    }
  }
}
