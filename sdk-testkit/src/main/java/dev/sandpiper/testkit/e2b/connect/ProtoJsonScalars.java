package dev.sandpiper.testkit.e2b.connect;

import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Scalar values of protobuf's JSON. */
final class ProtoJsonScalars {
  private ProtoJsonScalars() {}

  /**
   * @return null for an unknown enum name
   * @throws IllegalArgumentException if the text is not valid for the field
   */
  static @Nullable Object parse(FieldDescriptor field, JsonToken token, String text) {
    return switch (field.getType()) {
      case STRING -> string(token, text);
      case BYTES -> bytes(string(token, text));
      case BOOL -> bool(token);
      case INT32, SINT32, SFIXED32 -> Integer.parseInt(text);
      case UINT32, FIXED32 -> Integer.parseUnsignedInt(text);
      case INT64, SINT64, SFIXED64 -> Long.parseLong(text);
      case UINT64, FIXED64 -> Long.parseUnsignedLong(text);
      case ENUM -> enumValue(field, token, text);
      default -> throw new IllegalStateException("no such fields in E2B's messages: " + field);
    };
  }

  private static String string(JsonToken token, String text) {
    if (token != JsonToken.VALUE_STRING) throw new IllegalArgumentException("not a string");
    return text;
  }

  private static boolean bool(JsonToken token) {
    if (!token.isBoolean()) throw new IllegalArgumentException("not true or false");
    return token == JsonToken.VALUE_TRUE;
  }

  /** Either alphabet, padded or not. */
  private static ByteString bytes(String text) {
    boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    Base64.Decoder decoder = urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder();
    return ByteString.copyFrom(decoder.decode(text));
  }

  private static @Nullable EnumValueDescriptor enumValue(
      FieldDescriptor field, JsonToken token, String text) {
    return token == JsonToken.VALUE_STRING
        ? field.getEnumType().findValueByName(text)
        : field.getEnumType().findValueByNumberCreatingIfUnknown(Integer.parseInt(text));
  }
}
