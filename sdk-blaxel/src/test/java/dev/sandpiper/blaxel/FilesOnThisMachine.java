package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.Filesystem;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A test of scripts about files: each is run by this machine's shell, on real files. */
abstract class FilesOnThisMachine {
  static final String START = "POST /sbx/process";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  @TempDir Path root;

  @BeforeEach
  void runForReal() {
    blaxel.shouldItBeAsked(START, FilesOnThisMachine::run);
  }

  /** Runs the command as the sandbox's server does, and answers with its stream. */
  static MockResponse run(RecordedRequest request) throws Exception {
    String command = ScriptedBlaxel.json(request).path("command").asText();
    Path output = Files.createTempFile("output", "");
    Path errors = Files.createTempFile("errors", "");
    try {
      java.lang.Process shell =
          new ProcessBuilder("/bin/sh", "-c", command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
      // As the server does it, what is not UTF-8 is replaced.
      String stdout = new String(Files.readAllBytes(output), UTF_8);
      String stderr = new String(Files.readAllBytes(errors), UTF_8);
      return ScriptedBlaxel.stream(
          "application/x-ndjson",
          (stdout.isEmpty() ? "" : StreamedMessages.stdout(stdout))
              + (stderr.isEmpty()
                  ? ""
                  : "{\"type\":\"stderr\",\"data\":" + TextNode.valueOf(stderr) + "}\n")
              + StreamedMessages.result(shell.exitValue()));
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  Filesystem files() {
    return blaxel.sandbox().files();
  }

  String in(String name) {
    return root + "/" + name;
  }

  /** Takes a file as the server does. */
  static MockResponse take(RecordedRequest request) throws IOException {
    Path path = path(request);
    Files.write(path, FilesTest.uploaded(request).toByteArray());
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    return ScriptedBlaxel.json(200, "{\"path\":\"x\",\"message\":\"ok\"}");
  }

  String route(String name) {
    return "/sbx/filesystem/" + in(name).replace("/", "%2F");
  }

  static Path path(RecordedRequest request) {
    String segment = request.getTarget().substring("/sbx/filesystem/".length());
    return Path.of(URLDecoder.decode(segment, UTF_8));
  }

  static MockResponse delete(RecordedRequest request) throws IOException {
    boolean deleted = Files.deleteIfExists(path(request));
    return ScriptedBlaxel.json(deleted ? 200 : 404, "{\"error\":\"file or directory not found\"}");
  }

  static MockResponse makeDirectory(RecordedRequest request) throws Exception {
    assertThat(ScriptedBlaxel.json(request).path("isDirectory").asBoolean()).isTrue();
    if (Files.isRegularFile(path(request))) {
      return ScriptedBlaxel.json(422, "{\"error\":\"mkdir: not a directory\"}");
    }
    Files.createDirectories(path(request));
    return ScriptedBlaxel.json(200, "{\"message\":\"Directory created successfully\"}");
  }
}
