package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.FilesystemHere.target;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FilesystemWatchTest {
  private static final Pattern CHANGE =
      Pattern.compile("\\{\"op\":\"(\\w+)\",\"name\":\"(.*)\",\"path\":\"(.*)\",\"error\":null}");

  @RegisterExtension final FilesystemHere here = new FilesystemHere(Duration.ofMillis(400), false);

  @Test
  void eachKindOfChangeIsTold() throws Exception {
    Path top = here.home();
    try (Watching watching = new Watching(watch(top), top)) {
      here.put(target(top + "/a"), "{\"content\":\"hello\"}");
      watching.expect("CREATE a", "WRITE a");
      Files.move(top.resolve("a"), top.resolve("b"));
      watching.expect("RENAME a", "CREATE b");
      Files.setPosixFilePermissions(top.resolve("b"), PosixFilePermissions.fromString("rw-------"));
      watching.expect("CHMOD b");
      here.delete(target(top + "/b"));
      watching.expect("REMOVE b");
    }
  }

  @Test
  void aTreeIsToldByItsFirstNames() throws Exception {
    Path top = here.home();
    Files.createDirectories(top.resolve("sub/deep"));
    Files.writeString(top.resolve("sub/deep/f"), "x");
    try (Watching watching = new Watching(watch(top) + "%2F**", top)) {
      Files.move(top.resolve("sub"), top.resolve("bus"));
      watching.expect(
          "RENAME sub", "CREATE bus", "CREATE bus/deep", "CREATE bus/deep/f", "RENAME sub");
      Files.writeString(top.resolve("bus/deep/g"), "y");
      watching.expect("CREATE sub/deep/g", "WRITE sub/deep/g");
    }
  }

  @Test
  void whatIsIgnoredIsNotTold() throws Exception {
    Path top = here.home();
    try (Watching watching = new Watching(watch(top) + "?ignore=node_modules,.swp", top)) {
      Files.createDirectory(top.resolve("node_modules"));
      Files.writeString(top.resolve("a.swp"), "");
      Files.createDirectory(top.resolve("told"));
      watching.expect("CREATE told");
    }
  }

  @Test
  void theHeadComesWithTheFirstLine() throws Exception {
    long begin = System.nanoTime();
    HttpResponse<InputStream> answer = here.open(watch(here.home()));

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(350));
    assertThat(answer.headers().firstValue("X-Accel-Buffering")).contains("no");
    assertThat(new String(answer.body().readNBytes(24), UTF_8))
        .isEqualTo("[keepalive]\n[keepalive]\n");
    answer.body().close();
  }

  @Test
  void theEndOfTheDirectoryIsToldByItsOwnName() throws Exception {
    Path top = Files.createDirectory(here.home().resolve("w"));
    try (Watching watching = new Watching(watch(top), top)) {
      here.delete(target(top) + "?recursive=true");
      watching.awaitLine(
          "{\"op\":\"REMOVE\",\"name\":\"w\",\"path\":\"%s\",\"error\":null}"
              .formatted(here.home()));
    }
  }

  @Test
  void onlyDirectoriesAreWatched() throws Exception {
    Files.writeString(here.home().resolve("f"), "");

    assertThat(here.get(watch(here.home() + "/none")).body())
        .isEqualTo("{\"error\":\"path is not a directory\"}");
    assertThat(here.get(watch(here.home() + "/f")).statusCode()).isEqualTo(400);
    HttpResponse<String> below = here.get(watch(here.home() + "/f/x"));
    assertThat(below.statusCode()).isEqualTo(422);
    assertThat(below.body())
        .isEqualTo("{\"error\":\"stat %s/f/x: not a directory\"}".formatted(here.home()));
  }

  @Test
  void aWatchEndsWithTheSandbox() throws Exception {
    try (Watching watching = new Watching(watch(here.home()), here.home())) {
      here.close();
      assertThat(watching.lines.readLine()).isNull();
    }
  }

  private static String watch(Object path) {
    return "/watch" + target(path);
  }

  /** A watch that is known to have begun, because it has told of a file. */
  private final class Watching implements AutoCloseable {
    private final Path top;
    private final Socket socket;
    private final BufferedReader lines;

    Watching(String target, Path top) throws Exception {
      this.top = top;
      socket = new Socket(InetAddress.getLoopbackAddress(), here.port());
      socket
          .getOutputStream()
          .write("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(target).getBytes(UTF_8));
      lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      String marker;
      int count = 0;
      do {
        marker = "marker-" + count++;
        Files.createFile(top.resolve(marker));
        Thread.sleep(5);
      } while (!lines.ready());
      String last = "CREATE " + marker;
      while (!last.equals(next())) {
        // those before it
      }
    }

    private String next() throws Exception {
      while (true) {
        String line = lines.readLine();
        Matcher matcher = CHANGE.matcher(line);
        if (!matcher.matches()) continue;
        String path = matcher.group(3) + "/" + matcher.group(2);
        return matcher.group(1) + " " + path.substring(top.toString().length() + 1);
      }
    }

    void expect(String... changes) throws Exception {
      List<String> told = new ArrayList<>();
      for (int i = 0; i < changes.length; i++) told.add(next());
      assertThat(told).containsExactly(changes);
    }

    void awaitLine(String expected) throws Exception {
      String line;
      do {
        line = lines.readLine();
        assertThat(line).as("the watch has ended before").isNotNull();
      } while (!expected.equals(line));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
