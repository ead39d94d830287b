package consumer.boot;

import consumer.core.Task;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The task in this JVM's own sandboxes, with the versions that Spring Boot chose. */
@SpringBootApplication
public class Application implements CommandLineRunner {
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }

  @Override
  public void run(String... arguments) throws IOException {
    String where = "Spring Boot " + SpringBootVersion.getVersion() + ", local ";
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient e2b = local.e2bClient();
        SandboxClient overHttp2 =
            E2bClient.builder()
                .environment(local.e2bEnvironment())
                .httpVersion(HttpVersion.HTTP_2)
                .build();
        SandboxClient blaxel = local.blaxelClient()) {
      Task.run(where + "E2B", e2b);
      Task.run(where + "E2B over HTTP/2", overHttp2);
      Task.run(where + "Blaxel", blaxel);
      requireJsonWithOutput(e2b);
    }
  }

  /** A controller that returns a result must not lose its output without a word. */
  private static void requireJsonWithOutput(SandboxClient client) throws IOException {
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      String json = Json.of(sandbox.exec("echo", "for a controller"));
      if (!json.contains("for a controller")) {
        throw new IllegalStateException("the output is missing: " + json);
      }
      System.out.println(json);
    }
  }
}
