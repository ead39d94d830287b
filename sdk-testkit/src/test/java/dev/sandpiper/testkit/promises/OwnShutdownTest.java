package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application that ends its parts in an order of its own, in a JVM of its own. */
@Timeout(60)
class OwnShutdownTest {
  @TempDir Path temporary;

  /** Ends at once, and uses a sandbox while it does. */
  public static final class Application {
    private Application() {}

    public static void main(String[] arguments) {
      PrintStream out = new PrintStream(System.out, true, UTF_8);
      LocalSandboxes sandboxes = LocalSandboxes.builder().withoutShutdownHook().start();
      E2bClient client = sandboxes.e2bClient();
      Sandbox sandbox = client.create(SandboxSpec.standard());
      Runnable end =
          () -> {
            out.print(sandbox.shell("sleep 1; echo still here").outText());
            sandbox.close();
            client.close();
            sandboxes.close();
          };
      Runtime.getRuntime().addShutdownHook(new Thread(end, "the application's end"));
    }
  }

  @Test
  void withoutAHookTheSandboxesLiveUntilTheyAreClosed() throws Exception {
    List<String> words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + temporary,
            "-classpath",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Application.class.getName());
    java.lang.Process application =
        new ProcessBuilder(words).redirectError(temporary.resolve("errors").toFile()).start();
    try {
      String printed = new String(application.getInputStream().readAllBytes(), UTF_8);
      assertThat(printed)
          .as(Files.readString(temporary.resolve("errors")))
          .isEqualTo("still here\n");
      assertThat(application.waitFor()).isZero();
    } finally {
      application.destroyForcibly();
    }
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("sandpiper")))
          .isEmpty();
    }
  }
}
