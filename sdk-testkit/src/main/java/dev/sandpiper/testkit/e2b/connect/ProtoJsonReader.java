package dev.sandpiper.testkit.e2b.connect;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from protobuf's JSON: names in both spellings, null as unset, unknown fields and
 * unknown enum names skipped. Error messages are those of the real server's library.
 *
 * @see <a href="https://protobuf.dev/programming-guides/json/">ProtoJSON</a>
 */
public final class ProtoJsonReader {
  /** The text is not JSON, or does not match the message. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  private static final JsonFactory factory =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private static final Base64Variant PLAIN_BASE64 =
      Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();

  private final JsonParser in;
  private final boolean plainBytes;

  private ProtoJsonReader(JsonParser in, boolean plainBytes) {
    this.in = in;
    this.plainBytes = plainBytes;
  }

  /** Large bytes are decoded in place, unless their base64 is not the standard one. */
  public static Message read(byte[] json, Message prototype) throws MalformedException {
    try {
      return read(json, prototype, true);
    } catch (MalformedException e) {
      return read(json, prototype, false);
    }
  }

  private static Message read(byte[] json, Message prototype, boolean plainBytes)
      throws MalformedException {
    try (JsonParser parser = factory.createParser(json)) {
      ProtoJsonReader reader = new ProtoJsonReader(parser, plainBytes);
      parser.nextToken();
      Message.Builder builder = prototype.newBuilderForType();
      reader.message(builder);
      if (parser.nextToken() != null) throw reader.unexpected();
      return builder.build();
    } catch (JsonEOFException e) {
      throw new MalformedException("unexpected EOF");
    } catch (IOException e) {
      throw new MalformedException("syntax error: " + firstLine(e));
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void message(Message.Builder builder) throws IOException, MalformedException {
    if (in.currentToken() == null) throw new MalformedException("unexpected EOF");
    if (in.currentToken() != JsonToken.START_OBJECT) throw unexpected();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      FieldDescriptor field = find(builder.getDescriptorForType(), in.currentName());
      MalformedException taken = field == null ? null : oneofTaken(builder, field);
      JsonToken token = in.nextToken();
      if (field == null) {
        in.skipChildren();
      } else if (token != JsonToken.VALUE_NULL) {
        if (taken != null) throw taken;
        value(builder, field);
      }
    }
  }

  private static @Nullable FieldDescriptor find(Descriptor type, String name) {
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJsonName().equals(name) || field.getName().equals(name)) return field;
    }
    return null;
  }

  private @Nullable MalformedException oneofTaken(Message.Builder builder, FieldDescriptor field) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof == null || !builder.hasOneof(oneof)) return null;
    return at(
        "error parsing \""
            + field.getName()
            + "\", oneof "
            + oneof.getFullName()
            + " is already set");
  }

  private void value(Message.Builder builder, FieldDescriptor field)
      throws IOException, MalformedException {
    if (field.isMapField()) {
      map(builder, field);
    } else if (field.isRepeated()) {
      if (in.currentToken() != JsonToken.START_ARRAY) throw unexpected();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        Object element = single(builder, field);
        if (element != null) builder.addRepeatedField(field, element);
      }
    } else {
      Object value = single(builder, field);
      if (value != null) builder.setField(field, value);
    }
  }

  private void map(Message.Builder builder, FieldDescriptor field)
      throws IOException, MalformedException {
    if (in.currentToken() != JsonToken.START_OBJECT) throw unexpected();
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      Message.Builder entry = builder.newBuilderForField(field);
      entry.setField(key, in.currentName());
      in.nextToken();
      Object parsed = single(entry, value);
      if (parsed == null) continue;
      builder.addRepeatedField(field, entry.setField(value, parsed).build());
    }
  }

  /** One value, or null for an unknown enum name. */
  private @Nullable Object single(Message.Builder parent, FieldDescriptor field)
      throws IOException, MalformedException {
    if (field.getType() == FieldDescriptor.Type.MESSAGE) {
      Message.Builder nested = parent.newBuilderForField(field);
      if (nested.getDescriptorForType().equals(Timestamp.getDescriptor())) return time(field);
      message(nested);
      return nested.build();
    }
    if (in.currentToken().isStructStart() || in.currentToken().isStructEnd()) throw unexpected();
    boolean inPlace = plainBytes && field.getType() == FieldDescriptor.Type.BYTES;
    return inPlace
        ? UnsafeByteOperations.unsafeWrap(in.getBinaryValue(PLAIN_BASE64))
        : scalar(field);
  }

  private @Nullable Object scalar(FieldDescriptor field) throws IOException, MalformedException {
    try {
      return ProtoJsonScalars.parse(field, in.currentToken(), in.getText());
    } catch (IllegalArgumentException e) {
      throw invalid(field);
    }
  }

  private Timestamp time(FieldDescriptor field) throws IOException, MalformedException {
    try {
      Instant time = OffsetDateTime.parse(in.getText()).toInstant();
      return Timestamp.newBuilder()
          .setSeconds(time.getEpochSecond())
          .setNanos(time.getNano())
          .build();
    } catch (DateTimeException e) {
      throw invalid(field);
    }
  }

  private MalformedException invalid(FieldDescriptor field) throws IOException {
    return at(
        "invalid value for "
            + field.getType().name().toLowerCase(Locale.ROOT)
            + " field "
            + field.getJsonName()
            + ": "
            + rawToken());
  }

  private MalformedException unexpected() throws IOException {
    JsonLocation place = in.currentTokenLocation();
    return new MalformedException(
        "syntax error (line "
            + place.getLineNr()
            + ":"
            + place.getColumnNr()
            + "): unexpected token "
            + rawToken());
  }

  private MalformedException at(String complaint) {
    JsonLocation place = in.currentTokenLocation();
    return new MalformedException(
        "(line " + place.getLineNr() + ":" + place.getColumnNr() + "): " + complaint);
  }

  private String rawToken() throws IOException {
    boolean quoted = in.currentToken() == JsonToken.VALUE_STRING;
    return quoted ? '"' + in.getText() + '"' : in.getText();
  }
}
