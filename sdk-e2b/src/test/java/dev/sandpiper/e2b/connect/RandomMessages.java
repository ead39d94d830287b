package dev.sandpiper.e2b.connect;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.sandpiper.e2b.proto.FilesystemProto;
import dev.sandpiper.e2b.proto.ProcessProto;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Messages of all of E2B's types, filled by chance. */
final class RandomMessages {
  private static final List<Descriptor> TYPES =
      Stream.of(ProcessProto.getDescriptor(), FilesystemProto.getDescriptor())
          .flatMap(file -> file.getMessageTypes().stream())
          .toList();
  private static final int[] CHARACTERS = {0, 10, 34, 47, 92, 97, 0x7f, 0xe9, 0x2028, 0x1f600};
  private static final long FIRST_SECOND = -62_135_596_800L;
  private static final long SECONDS = 315_537_897_600L;

  private final Random random;

  RandomMessages(long seed) {
    random = new Random(seed);
  }

  /** A message of a generated class. */
  Message next() throws InvalidProtocolBufferException {
    Descriptor type = TYPES.get(random.nextInt(TYPES.size()));
    return empty(type).getParserForType().parseFrom(message(type).toByteString());
  }

  private static Message empty(Descriptor type) {
    String file = type.getFile().getOptions().getJavaOuterClassname();
    String name = "dev.sandpiper.e2b.proto." + file + "$" + type.getName();
    try {
      return Internal.getDefaultInstance(Class.forName(name).asSubclass(Message.class));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private DynamicMessage message(Descriptor type) throws InvalidProtocolBufferException {
    if (type.equals(Timestamp.getDescriptor())) {
      return DynamicMessage.parseFrom(type, time().toByteArray());
    }
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (field.isMapField()) {
        // One entry: the order of more is nobody's business, and the bytes are compared.
        message.addRepeatedField(field, entry(field));
      } else if (field.isRepeated()) {
        for (int left = random.nextInt(4); left > 0; left--) {
          message.addRepeatedField(field, value(field));
        }
      } else if (random.nextInt(3) > 0) {
        message.setField(field, value(field)); // of a oneof the last one stays
      }
    }
    return message.build();
  }

  private DynamicMessage entry(FieldDescriptor field) throws InvalidProtocolBufferException {
    DynamicMessage.Builder entry = DynamicMessage.newBuilder(field.getMessageType());
    for (FieldDescriptor part : field.getMessageType().getFields()) {
      entry.setField(part, value(part));
    }
    return entry.build();
  }

  private Object value(FieldDescriptor field) throws InvalidProtocolBufferException {
    return switch (field.getJavaType()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> random.nextInt(3) == 0 ? 0 : random.nextInt();
      case LONG -> random.nextInt(3) == 0 ? 0L : random.nextLong();
      case STRING -> text();
      case BYTE_STRING -> bytes();
      case ENUM -> {
        int number = random.nextInt(20); // most of these have no name
        yield field.getEnumType().findValueByNumberCreatingIfUnknown(number);
      }
      case MESSAGE -> message(field.getMessageType());
      case FLOAT, DOUBLE -> throw new IllegalArgumentException(field.getFullName());
    };
  }

  private Timestamp time() {
    int[] nanos = {0, 1, 999_999_999, 120_000_000, 5_000, random.nextInt(1_000_000_000)};
    return Timestamp.newBuilder()
        .setSeconds(FIRST_SECOND + (long) (random.nextDouble() * SECONDS))
        .setNanos(nanos[random.nextInt(nanos.length)])
        .build();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(6); left > 0; left--) {
      text.appendCodePoint(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  private ByteString bytes() {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
