package dev.sandpiper.testkit.e2b.connect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.sandpiper.testkit.http.Exchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes messages as protobuf's JSON: fields with default values omitted, 64-bit numbers as
 * strings, bytes in base64, enums by name.
 *
 * @see <a href="https://protobuf.dev/programming-guides/json/">ProtoJSON</a>
 */
public final class ProtoJsonWriter {
  private final JsonGenerator out;

  private ProtoJsonWriter(JsonGenerator out) {
    this.out = out;
  }

  public static byte[] write(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = Exchange.json.createGenerator(bytes)) {
      new ProtoJsonWriter(generator).message(message);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private void message(Message message) throws IOException {
    out.writeStartObject();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      out.writeFieldName(field.getKey().getJsonName());
      value(field.getKey(), field.getValue());
    }
    out.writeEndObject();
  }

  private void value(FieldDescriptor field, Object value) throws IOException {
    if (field.isMapField()) {
      map(field, (List<?>) value);
    } else if (field.isRepeated()) {
      out.writeStartArray();
      for (Object element : (List<?>) value) single(field, element);
      out.writeEndArray();
    } else {
      single(field, value);
    }
  }

  private void map(FieldDescriptor field, List<?> entries) throws IOException {
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    Map<String, Object> sorted = new TreeMap<>();
    for (Object entry : entries) {
      Message pair = (Message) entry;
      sorted.put(pair.getField(key).toString(), pair.getField(value));
    }
    out.writeStartObject();
    for (Map.Entry<String, Object> entry : sorted.entrySet()) {
      out.writeFieldName(entry.getKey());
      single(value, entry.getValue());
    }
    out.writeEndObject();
  }

  private void single(FieldDescriptor field, Object value) throws IOException {
    switch (field.getType()) {
      case STRING -> out.writeString((String) value);
      case BYTES -> out.writeBinary(((ByteString) value).toByteArray());
      case BOOL -> out.writeBoolean((Boolean) value);
      case INT32, SINT32, SFIXED32 -> out.writeNumber((Integer) value);
      case UINT32, FIXED32 -> out.writeNumber(Integer.toUnsignedLong((Integer) value));
      case INT64, SINT64, SFIXED64 -> out.writeString(value.toString());
      case UINT64, FIXED64 -> out.writeString(Long.toUnsignedString((Long) value));
      case ENUM -> enumValue((EnumValueDescriptor) value);
      case MESSAGE -> nested((Message) value);
      default -> throw new IllegalStateException("no such fields in E2B's messages: " + field);
    }
  }

  private void enumValue(EnumValueDescriptor value) throws IOException {
    if (value.getIndex() < 0) {
      out.writeNumber(value.getNumber()); // a number without a name
    } else {
      out.writeString(value.getName());
    }
  }

  private void nested(Message message) throws IOException {
    if (message instanceof Timestamp time) {
      out.writeString(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
    } else {
      message(message);
    }
  }
}
