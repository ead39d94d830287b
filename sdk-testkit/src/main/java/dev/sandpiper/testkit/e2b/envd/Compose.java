package dev.sandpiper.testkit.e2b.envd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.files.Parents;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Ownership;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /files/compose}: joins files into one that replaces its destination atomically, and
 * removes them. A failure leaves all of them unchanged.
 */
final class Compose {
  static final String PATH = "/files/compose";

  private static final int MOST_BODY_BYTES = 1024 * 1024;

  /** The request of a client, with the sources as it wrote them. */
  private record Wish(List<String> sources, String destination, @Nullable String user) {}

  private final Exchange exchange;
  private final Home home;

  private Compose(Exchange exchange, Home home) {
    this.exchange = exchange;
    this.home = home;
  }

  static void handle(Exchange exchange, LocalSandbox sandbox) throws IOException {
    if (!exchange.method().equals("POST")) {
      exchange.methodNotAllowed(List.of("POST"));
      return;
    }
    FilesEndpoint.answerRefusals(exchange, () -> new Compose(exchange, sandbox.home()).answer());
  }

  private void answer() throws IOException {
    Wish wish = wish();
    String user = FilesEndpoint.acting(wish.user());
    String destination =
        FilesEndpoint.expand(home, wish.destination(), user, "error resolving destination path");
    List<Path> sources = new ArrayList<>();
    for (String source : wish.sources()) sources.add(source(source, destination, user));
    join(sources, destination);
    for (Path source : sources) Files.deleteIfExists(source);
    ObjectNode entry = GoJson.object();
    entry.put("name", ExactPath.name(destination)).put("path", destination).put("type", "file");
    exchange.set("Content-Type", "application/json");
    exchange.answer(200, ExactPath.bytes(ExactPath.readable(entry + "\n")));
  }

  private Wish wish() throws IOException {
    byte[] body = exchange.body(MOST_BODY_BYTES);
    if (body == null) throw new Refusal(400, "invalid request body: it is too long");
    JsonNode tree = parse(body);
    List<String> sources = new ArrayList<>();
    tree.path("source_paths").forEach(source -> sources.add(source.asText()));
    if (sources.isEmpty()) throw new Refusal(400, "source_paths must not be empty");
    String destination = tree.path("destination").asText();
    if (destination.isEmpty()) throw new Refusal(400, "destination is required");
    String user = tree.path("username").isTextual() ? tree.path("username").asText() : null;
    return new Wish(sources, destination, user);
  }

  private static JsonNode parse(byte[] body) throws IOException {
    try {
      JsonNode tree = Exchange.json.readTree(body);
      if (tree.isMissingNode()) throw new Refusal(400, "invalid request body: EOF");
      return tree;
    } catch (JsonEOFException e) {
      throw new Refusal(400, "invalid request body: unexpected EOF");
    } catch (JsonProcessingException e) {
      throw new Refusal(400, "invalid request body: " + e.getOriginalMessage());
    }
  }

  private Path source(String source, String destination, String user) {
    String expanded =
        FilesEndpoint.expand(home, source, user, "error resolving source path \"" + source + "\"");
    if (expanded.equals(destination)) {
      throw new Refusal(400, "source path \"" + source + "\" cannot be the same as destination");
    }
    try {
      Path file = home.follow(expanded);
      Files.readAttributes(file, "unix:mode");
      if (Files.isRegularFile(file)) return home.locate(expanded);
    } catch (IOException e) {
      throw new Refusal(404, "source file not found: " + source);
    }
    throw new Refusal(400, "source path is not a regular file: " + source);
  }

  /** Writes to a file in the destination's directory, then renames it. */
  private void join(List<Path> sources, String destination) throws IOException {
    try {
      Parents.make(home, ExactPath.parent(destination));
    } catch (Parents.RefusedException e) {
      throw new Refusal(500, "error ensuring directories: " + e.getMessage());
    }
    String beside = destination + ".e2b-compose." + UUID.randomUUID() + ".tmp";
    Path temporary = home.locate(beside);
    try {
      write(sources, temporary);
      rename(temporary, beside, destination);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void write(List<Path> sources, Path temporary) {
    try (OutputStream out = Files.newOutputStream(temporary)) {
      Ownership.take(temporary);
      for (Path source : sources) Files.copy(source, out);
    } catch (IOException e) {
      if (GoErrors.isDiskFull(e)) {
        throw new Refusal(507, "not enough disk space available");
      }
      throw new Refusal(500, "error composing: " + GoErrors.reason(e));
    }
  }

  private void rename(Path temporary, String beside, String destination) {
    String reason;
    try {
      Path target = home.locate(destination);
      if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      }
      reason = "file exists";
    } catch (IOException e) {
      reason = GoErrors.reason(e);
    }
    throw new Refusal(
        500, "error finalizing compose: rename " + beside + " " + destination + ": " + reason);
  }
}
