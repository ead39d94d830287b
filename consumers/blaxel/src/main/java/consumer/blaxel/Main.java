package consumer.blaxel;

import consumer.core.Task;
import dev.sandpiper.blaxel.BlaxelClient;
import java.io.IOException;

/** The task at the Blaxel of the environment. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    try (BlaxelClient client = BlaxelClient.fromEnvironment()) {
      Task.run("Blaxel", client);
    }
  }
}
