package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.sandpiper.e2b.proto.FilesystemProto;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.testkit.e2b.connect.Gzip;
import dev.sandpiper.testkit.e2b.connect.Limits;
import dev.sandpiper.testkit.e2b.connect.ProtoJsonWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says, as lines that can be compared: JSON for either codec, gzip unpacked, outputs
 * joined, and without what differs from machine to machine.
 */
final class Meaning {
  /** Begins the line with what a terminal has shown. */
  static final String SCREEN = "screen ";

  private static final List<String> OF_THE_MACHINE =
      List.of("modifiedTime", "owner", "group", "ts");

  private Meaning() {}

  static List<String> of(String target, String contentType, byte[] sent) {
    List<String> lines = new ArrayList<>();
    boolean gzip = sent.length > 2 && sent[0] == 0x1f && sent[1] == (byte) 0x8b;
    byte[] body = gzip ? Gzip.expand(sent, Limits.MESSAGE_BYTES) : sent;
    String path = target.split("\\?", 2)[0];
    if (contentType.startsWith("application/connect+")) {
      stream(method(path), contentType.contains("proto"), body, lines);
    } else if (contentType.equals("application/proto")) {
      lines.add(normalise(json(method(path), false, body)));
    } else if (contentType.startsWith("application/json") || startsAsJson(body)) {
      lines.add(normalise(text(body)));
    } else {
      lines.add(text(body));
    }
    return lines;
  }

  private static boolean startsAsJson(byte[] body) {
    return body.length > 0 && (body[0] == '{' || body[0] == '[');
  }

  private static void stream(
      @Nullable MethodDescriptor method, boolean proto, byte[] body, List<String> lines) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream pty = new ByteArrayOutputStream();
    boolean stderr = false;
    List<String> events = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(body);
    while (in.remaining() >= 5) {
      int flags = in.get();
      byte[] payload = new byte[in.getInt()];
      in.get(payload);
      if ((flags & 1) != 0) payload = Gzip.expand(payload, Limits.MESSAGE_BYTES);
      boolean last = (flags & 2) != 0;
      String message = proto && !last ? json(method, false, payload) : text(payload);
      JsonNode data = tree(message).at("/event/data");
      if (data.has("stdout")) {
        stdout.writeBytes(Base64.getDecoder().decode(data.path("stdout").asText()));
      } else if (data.has("pty")) {
        pty.writeBytes(Base64.getDecoder().decode(data.path("pty").asText()));
      } else if (data.has("stderr")) {
        stderr = true; // the words are those of this machine's tools
      } else {
        events.add((last ? "last " : "") + normalise(message));
      }
    }
    lines.addAll(events);
    lines.add("stdout " + stdout.toString(UTF_8));
    lines.add("stderr " + stderr);
    lines.add(SCREEN + Screen.lines(pty.toByteArray()));
  }

  static @Nullable MethodDescriptor method(String path) {
    return Stream.of(
            ProcessProto.getDescriptor().getServices(),
            FilesystemProto.getDescriptor().getServices())
        .flatMap(List<ServiceDescriptor>::stream)
        .flatMap(service -> service.getMethods().stream())
        .filter(
            method -> path.equals("/" + method.getService().getFullName() + "/" + method.getName()))
        .findFirst()
        .orElse(null);
  }

  /** A binary message as JSON. */
  static String json(@Nullable MethodDescriptor method, boolean request, byte[] bytes) {
    if (method == null) throw new IllegalArgumentException("not a method");
    try {
      Message message =
          DynamicMessage.parseFrom(request ? method.getInputType() : method.getOutputType(), bytes);
      return text(ProtoJsonWriter.write(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not such a message", e);
    }
  }

  private static String normalise(String text) {
    if (text.isEmpty()) return "";
    JsonNode tree = tree(text);
    tree.findParents("modifiedTime").forEach(Meaning::withoutMachine);
    if (tree instanceof ObjectNode object) withoutMachine(object);
    if (tree.path("filesystem") instanceof ObjectNode event) withoutRace(event);
    if (tree.path("processes") instanceof ArrayNode processes) sort(processes);
    if (tree.has("cpu_count")) return "metrics " + names(tree);
    return tree.toString();
  }

  private static List<String> names(JsonNode tree) {
    List<String> names = new ArrayList<>();
    tree.fieldNames().forEachRemaining(names::add);
    return names.stream().sorted().toList();
  }

  private static void withoutMachine(JsonNode node) {
    if (!(node instanceof ObjectNode object)) return;
    object.remove(OF_THE_MACHINE);
    if (object.path("type").asText().equals("FILE_TYPE_DIRECTORY")) object.remove("size");
  }

  /** What a new file's entry says, and whether it is there, is decided by who is faster. */
  private static void withoutRace(ObjectNode event) {
    if (!event.path("type").asText().equals("EVENT_TYPE_CHMOD")) event.remove("entry");
  }

  /** Not by their numbers, which begin anew on a machine that has used all. */
  private static void sort(ArrayNode processes) {
    List<JsonNode> sorted =
        StreamSupport.stream(processes.spliterator(), false)
            .sorted(
                Comparator.comparing(
                    process -> process.path("config") + process.path("tag").asText()))
            .toList();
    processes.removeAll();
    processes.addAll(sorted);
  }

  private static JsonNode tree(String text) {
    try {
      return LocalServer.json.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + text, e);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
