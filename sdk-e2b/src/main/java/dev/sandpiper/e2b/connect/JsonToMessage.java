package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.ZoneOffset.UTC;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.sandpiper.wire.MalformedStreamException;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads protobuf messages from JSON. Fields are recognised by their lowerCamelCase and their
 * original names; null means not set; unknown fields and unknown enum values are ignored, because
 * the peer may be newer. Any other mismatch is malformed. Messages name fields by their name in the
 * type, and never quote the document.
 *
 * <p>The document is bounded in depth and lengths by {@link dev.sandpiper.wire.Json}.
 *
 * @see MessageToJson
 * @see <a href="https://protobuf.dev/programming-guides/json/">ProtoJSON</a>
 */
final class JsonToMessage {
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,19})");

  /** Integers up to this are exact as a double. */
  private static final double EXACT = 1L << 53;

  private static final int FIRST_YEAR = 1;
  private static final int LAST_YEAR = 9999;

  private JsonToMessage() {}

  /** Reads a message of the type of {@code kind}. */
  @SuppressWarnings("unchecked") // a builder builds what it was made by
  static <M extends Message> M read(JsonNode json, M kind) throws MalformedStreamException {
    Message.Builder message = kind.newBuilderForType();
    fill(message, json);
    return (M) message.build();
  }

  private static void fill(Message.Builder message, JsonNode json) throws MalformedStreamException {
    Descriptor type = message.getDescriptorForType();
    if (!json.isObject()) {
      throw new MalformedStreamException("expected a JSON object for " + type.getName());
    }
    for (Map.Entry<String, JsonNode> property : json.properties()) {
      FieldDescriptor field = field(type, property.getKey());
      if (field != null && !property.getValue().isNull()) {
        requireUnset(message, field);
        set(message, field, property.getValue());
      }
    }
  }

  private static @Nullable FieldDescriptor field(Descriptor type, String name) {
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJsonName().equals(name) || field.getName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  /**
   * Rejects a field that is set twice under two names, or two fields of one oneof: it is ambiguous
   * which is meant.
   */
  private static void requireUnset(Message.Builder message, FieldDescriptor field)
      throws MalformedStreamException {
    OneofDescriptor oneof = field.getRealContainingOneof();
    boolean isSet =
        oneof != null
            ? message.hasOneof(oneof)
            : field.isRepeated()
                ? message.getRepeatedFieldCount(field) > 0
                : message.hasField(field);
    if (isSet) {
      throw malformed(field, "set twice, or together with another field of its oneof");
    }
  }

  private static void set(Message.Builder message, FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    if (field.isMapField()) {
      addEntries(message, field, json);
    } else if (field.isRepeated()) {
      addElements(message, field, json);
    } else {
      Object value = single(message, field, json);
      if (value != null) {
        message.setField(field, value);
      }
    }
  }

  private static void addElements(Message.Builder message, FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    if (!json.isArray()) {
      throw malformed(field, "expected a JSON array");
    }
    for (JsonNode element : json) {
      Object value = single(message, field, element);
      if (value != null) {
        message.addRepeatedField(field, value);
      }
    }
  }

  private static void addEntries(Message.Builder message, FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    if (!json.isObject()) {
      throw malformed(field, "expected a JSON object");
    }
    FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
    for (Map.Entry<String, JsonNode> property : json.properties()) {
      Message.Builder entry = message.newBuilderForField(field);
      Object key = single(entry, keys, TextNode.valueOf(property.getKey()));
      Object value = single(entry, values, property.getValue());
      if (key != null && value != null) {
        message.addRepeatedField(field, entry.setField(keys, key).setField(values, value).build());
      }
    }
  }

  /** A single value; null for an unknown enum value. */
  private static @Nullable Object single(
      Message.Builder message, FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    return switch (field.getType()) {
      case BOOL -> bool(field, json);
      case INT32, SINT32, SFIXED32 -> integer(field, json, 31, true).intValue();
      case UINT32, FIXED32 -> integer(field, json, 32, false).intValue();
      case INT64, SINT64, SFIXED64 -> integer(field, json, 63, true).longValue();
      case UINT64, FIXED64 -> integer(field, json, 64, false).longValue();
      case STRING -> unicode(field, text(field, json));
      case BYTES -> bytes(field, json);
      case ENUM -> enumValue(field, json);
      case MESSAGE -> message(message.newBuilderForField(field), field, json);
      case FLOAT, DOUBLE, GROUP -> throw new IllegalArgumentException(field + " has no JSON here");
    };
  }

  private static boolean bool(FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    if (!json.isBoolean()) {
      throw malformed(field, "expected true or false");
    }
    return json.booleanValue();
  }

  /** An integer of this many bits, without the sign, written as a number or a string. */
  private static BigInteger integer(FieldDescriptor field, JsonNode json, int bits, boolean signed)
      throws MalformedStreamException {
    BigInteger number = integer(json);
    if (number == null || number.bitLength() > bits || (!signed && number.signum() < 0)) {
      throw malformed(field, "expected a number in the range of its type");
    }
    return number;
  }

  /**
   * Null if it is not an integer. The parser bounds the digits of a number; exponents are not
   * expanded.
   */
  private static @Nullable BigInteger integer(JsonNode json) {
    if (json.isIntegralNumber()) {
      return json.bigIntegerValue();
    }
    if (json.isTextual() && INTEGER.matcher(json.textValue()).matches()) {
      return new BigInteger(json.textValue());
    }
    double value = json.isFloatingPointNumber() ? json.doubleValue() : Double.NaN;
    boolean isWhole = Math.rint(value) == value && Math.abs(value) < EXACT;
    return isWhole ? BigInteger.valueOf((long) value) : null;
  }

  private static String text(FieldDescriptor field, JsonNode json) throws MalformedStreamException {
    if (!json.isTextual()) {
      throw malformed(field, "expected a JSON string");
    }
    return json.textValue();
  }

  /** Rejects an unpaired surrogate, which JSON can escape but UTF-8 cannot encode. */
  private static String unicode(FieldDescriptor field, String text)
      throws MalformedStreamException {
    if (!UTF_8.newEncoder().canEncode(text)) {
      throw malformed(field, "unpaired surrogate");
    }
    return text;
  }

  /** Base64 in either alphabet, with or without padding. */
  private static ByteString bytes(FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    String text = text(field, json);
    boolean isUrlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    Base64.Decoder decoder = isUrlSafe ? Base64.getUrlDecoder() : Base64.getDecoder();
    try {
      return UnsafeByteOperations.unsafeWrap(decoder.decode(text)); // the array is not shared
    } catch (IllegalArgumentException e) {
      throw malformed(field, "expected base64");
    }
  }

  private static @Nullable Object enumValue(FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    EnumDescriptor type = field.getEnumType();
    return json.isTextual()
        ? type.findValueByName(json.textValue())
        : type.findValueByNumberCreatingIfUnknown(integer(field, json, 31, true).intValue());
  }

  private static Message message(Message.Builder message, FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    if (field.getMessageType().equals(Timestamp.getDescriptor())) {
      return time(field, json);
    }
    fill(message, json);
    return message.build();
  }

  private static Timestamp time(FieldDescriptor field, JsonNode json)
      throws MalformedStreamException {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text(field, json)).withOffsetSameInstant(UTC);
      if (time.getYear() >= FIRST_YEAR && time.getYear() <= LAST_YEAR) {
        return Timestamp.newBuilder()
            .setSeconds(time.toEpochSecond())
            .setNanos(time.getNano())
            .build();
      }
    } catch (DateTimeException e) {
      throw malformed(field, "expected an RFC 3339 time");
    }
    throw malformed(field, "expected an RFC 3339 time");
  }

  private static MalformedStreamException malformed(FieldDescriptor field, String what) {
    return new MalformedStreamException("malformed JSON field " + field.getName() + ": " + what);
  }
}
