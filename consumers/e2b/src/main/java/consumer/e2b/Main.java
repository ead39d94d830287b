package consumer.e2b;

import consumer.core.Task;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import java.io.IOException;

/** The task at the E2B of the environment, in both codecs. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    for (E2bCodec codec : E2bCodec.values()) {
      for (HttpVersion http : HttpVersion.values()) {
        try (E2bClient client =
            E2bClient.builder()
                .environment(System.getenv())
                .codec(codec)
                .httpVersion(http)
                .build()) {
          Task.run("E2B, " + codec + ", " + http, client);
        }
      }
    }
  }
}
