package dev.sandpiper.benchmarks.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Timestamp;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What each path answers. A command says in its own text what it wants printed: {@code messages
 * SIZE COUNT}, or {@code ticks MICROSECONDS COUNT}.
 */
final class Answers {
  private static final Pattern COMMAND = Pattern.compile("(messages|ticks) (\\d+) (\\d+)");
  private static final Pattern NAME = Pattern.compile("\"name\" ?: ?\"([^\"]+)\"");

  private static final byte[] STAT =
      StatResponse.newBuilder()
          .setEntry(
              EntryInfo.newBuilder()
                  .setName("data")
                  .setPath("/home/user/data")
                  .setType(FileType.FILE_TYPE_FILE)
                  .setSize(5)
                  .setMode(0644)
                  .setPermissions("-rw-r--r--")
                  .setOwner("user")
                  .setGroup("user")
                  .setModifiedTime(Timestamp.newBuilder().setSeconds(1_790_000_000)))
          .build()
          .toByteArray();

  private static final String STAT_JSON =
      "{\"entry\":{\"name\":\"data\",\"type\":\"FILE_TYPE_FILE\",\"path\":\"/home/user/data\",\"size\":\"5\","
          + "\"mode\":420,\"permissions\":\"-rw-r--r--\",\"owner\":\"user\",\"group\":\"user\","
          + "\"modifiedTime\":\"2026-09-21T14:13:20Z\"}}";

  private Answers() {}

  static void to(Request request, String host, OutputStream out) throws IOException {
    String path = request.path().replaceFirst("\\?.*", "");
    if (path.endsWith("/process.Process/Start")) {
      stream(request, Streams.e2b(request.isJson()), out);
    } else if (path.endsWith("/filesystem.Filesystem/Stat")) {
      if (request.isJson()) body(out, 200, "application/json", STAT_JSON.getBytes(UTF_8));
      else body(out, 200, "application/proto", STAT);
    } else if (path.equals("/files") || path.contains("/filesystem/")) {
      BigFiles.answer(request, out);
    } else if (path.startsWith("/v0/sandboxes")) {
      json(out, 200, blaxelSandbox(host));
    } else if (path.endsWith("/process") && request.method().equals("POST")) {
      stream(request, Streams.blaxel(name(request)), out);
    } else if (request.method().equals("DELETE")) {
      head(out, 204, "Content-Length: 0");
    } else if (path.contains("/sandboxes")) {
      json(out, path.equals("/sandboxes") ? 201 : 200, e2bSandbox());
    } else {
      json(out, 404, "{\"error\":\"" + request.method() + " " + path + "\"}");
    }
  }

  private static String name(Request request) {
    Matcher name = NAME.matcher(request.body());
    return name.find() ? name.group(1) : "unnamed";
  }

  private static void stream(Request request, Stream stream, OutputStream out) throws IOException {
    head(out, 200, "Content-Type: " + stream.contentType() + "\r\nTransfer-Encoding: chunked");
    Matcher command = COMMAND.matcher(request.body());
    if (!command.find()) {
      stream.write(out, "hello\n".length(), 1);
      return;
    }
    int first = Integer.parseInt(command.group(2));
    int count = Integer.parseInt(command.group(3));
    if (command.group(1).equals("ticks")) {
      out.flush();
      stream.tick(out, first, count);
    } else {
      stream.write(out, first, count);
    }
  }

  static String e2bSandbox() {
    return "{\"templateID\":\"base\",\"sandboxID\":\"bench\",\"clientID\":\"c\",\"envdVersion\":\"0.6.13\","
        + "\"envdAccessToken\":\"a-token\",\"startedAt\":\"2026-11-20T10:00:00Z\","
        + "\"endAt\":\"2036-11-20T10:00:00Z\",\"state\":\"running\",\"cpuCount\":1,\"memoryMB\":1}";
  }

  private static String blaxelSandbox(String host) {
    return "{\"metadata\":{\"name\":\"bench\",\"workspace\":\"w\",\"url\":\""
        + host
        + "/sbx\",\"createdAt\":\"2026-11-20T10:00:00Z\",\"labels\":{}},\"spec\":{\"enabled\":true,"
        + "\"region\":\"us-pdx-1\",\"runtime\":{\"image\":\"blaxel/base-image:latest\",\"memory\":4096,"
        + "\"ttl\":\"24h\"}},\"status\":\"DEPLOYED\",\"state\":\"RUNNING\"}";
  }

  static void json(OutputStream out, int status, String json) throws IOException {
    body(out, status, "application/json", json.getBytes(UTF_8));
  }

  private static void body(OutputStream out, int status, String type, byte[] body)
      throws IOException {
    head(out, status, "Content-Type: " + type + "\r\nContent-Length: " + body.length);
    out.write(body);
  }

  static void head(OutputStream out, int status, String headers) throws IOException {
    out.write(("HTTP/1.1 " + status + " .\r\n" + headers + "\r\n\r\n").getBytes(UTF_8));
  }
}
