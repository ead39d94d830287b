package dev.sandpiper.testkit.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Removal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file calls of one session, in its directory. */
record SessionFilesystem(Home home) {

  /** Handles one call; the route is its method and the path after the session. */
  void handle(Exchange exchange, String route) throws IOException {
    String path = exchange.query().get("path");
    if (path == null) throw SessionsEndpoint.invalid();
    try {
      call(exchange, route, home.expand(path, ""));
    } catch (FileSystemException | Removal.FailedException e) {
      throw SessionsEndpoint.failed();
    }
  }

  private void call(Exchange exchange, String route, String path)
      throws IOException, Removal.FailedException {
    switch (route) {
      case "GET/filesystem/dirs" -> {
        exchange.json(200, listing(home.follow(path)));
        return;
      }
      case "GET/filesystem/files" -> {
        Path file = home.follow(path);
        // Java reports reading a directory as a plain IOException.
        if (Files.isDirectory(file)) throw SessionsEndpoint.failed();
        String content = new String(Files.readAllBytes(file), UTF_8);
        exchange.json(200, GoJson.object().put("content", content));
        return;
      }
      case "PUT/filesystem/dirs" -> Files.createDirectories(home.follow(path));
      case "PUT/filesystem/files" ->
          write(home.follow(path), SessionsEndpoint.required(exchange, "content"));
      case "DELETE/filesystem" -> {
        if (home.isRoot(home.locate(path))) throw SessionsEndpoint.failed();
        Removal.of(home.locate(path), path); // an assumption: nothing there is not a failure
      }
      default -> throw SessionsEndpoint.notFound();
    }
    exchange.answer(204);
  }

  private static ObjectNode listing(Path directory) throws IOException {
    ObjectNode json = GoJson.object();
    ArrayNode entries = json.putArray("entries");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = ExactPath.text(file.getFileName());
        entries.addObject().put("name", name).put("isDir", Files.isDirectory(file));
      }
    }
    return json;
  }

  private static void write(Path file, String content) throws IOException {
    Path parent = file.getParent();
    if (parent != null) Files.createDirectories(parent);
    Files.writeString(file, content);
  }
}
