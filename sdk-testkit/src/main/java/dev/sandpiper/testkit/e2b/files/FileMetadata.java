package dev.sandpiper.testkit.e2b.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A caller's metadata of a file, stored as extended attributes. On a file system without those it
 * is silently dropped.
 */
public record FileMetadata(Map<String, String> values) {
  private static final Logger log = LoggerFactory.getLogger(FileMetadata.class);
  private static final String HEADER = "x-metadata-";
  private static final String ATTRIBUTE = "e2b.";
  private static final int ATTRIBUTE_BYTES = "user.e2b.".length();
  private static final int MOST_KEY_BYTES = 246;
  private static final int MOST_BYTES = 4096;

  /** The metadata in a request's headers; of two with the same name the first is used. */
  public static FileMetadata of(Exchange exchange) {
    Map<String, String> values = new TreeMap<>();
    for (HttpField field : exchange.headers()) {
      String name = field.getName().toLowerCase(Locale.ROOT);
      if (!name.startsWith(HEADER)) continue;
      String value = field.getValue() == null ? "" : field.getValue();
      values.putIfAbsent(name.substring(HEADER.length()), value);
    }
    int bytes = 0;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      check(entry.getKey(), entry.getValue());
      bytes += ATTRIBUTE_BYTES + entry.getKey().length() + entry.getValue().length();
    }
    if (bytes > MOST_BYTES) {
      throw invalid("total metadata size " + bytes + " exceeds 4096 bytes");
    }
    return new FileMetadata(values);
  }

  private static void check(String key, String value) {
    if (key.length() > MOST_KEY_BYTES) {
      throw invalid("metadata key \"" + key + "\" exceeds 246 bytes");
    }
    byte[] bytes = Exchange.headerBytes(value);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] < 0x20 || bytes[i] == 0x7f) {
        throw invalid(
            "metadata value for key \""
                + key
                + "\" contains non-printable-ASCII byte 0x"
                + HexFormat.of().toHexDigits(bytes[i])
                + " at offset "
                + i);
      }
    }
  }

  private static Refusal invalid(String reason) {
    return new Refusal(400, "invalid metadata: " + reason);
  }

  /** The metadata of a file, without following links. */
  static FileMetadata read(Path file) {
    Map<String, String> values = new TreeMap<>();
    UserDefinedFileAttributeView view = view(file);
    try {
      if (view == null) return new FileMetadata(values);
      for (String name : view.list()) {
        if (!name.startsWith(ATTRIBUTE)) continue;
        ByteBuffer value = ByteBuffer.allocate(view.size(name));
        view.read(name, value);
        values.put(name.substring(ATTRIBUTE.length()), UTF_8.decode(value.flip()).toString());
      }
    } catch (IOException e) {
      log.debug("no extended attributes: {}", e.toString());
    }
    return new FileMetadata(values);
  }

  /** Replaces all metadata of a file by this. */
  public void replaceOn(Path file) {
    UserDefinedFileAttributeView view = view(file);
    try {
      if (view == null) return;
      for (String name : view.list()) {
        if (name.startsWith(ATTRIBUTE)) view.delete(name);
      }
      for (Map.Entry<String, String> entry : values.entrySet()) {
        view.write(ATTRIBUTE + entry.getKey(), UTF_8.encode(entry.getValue()));
      }
    } catch (IOException e) {
      log.debug("no extended attributes: {}", e.toString());
    }
  }

  /** Adds the metadata that was actually stored for a file to its entry in a response. */
  public static void describe(Path file, ObjectNode entry) {
    Map<String, String> kept = read(file).values();
    if (!kept.isEmpty()) {
      ObjectNode metadata = entry.putObject("metadata");
      kept.forEach(metadata::put);
    }
  }

  private static @Nullable UserDefinedFileAttributeView view(Path file) {
    return Files.getFileAttributeView(
        file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }
}
