package dev.sandpiper.testkit.promises;

import dev.sandpiper.Sandbox;
import dev.sandpiper.blaxel.BlaxelClient;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a directory costs on Blaxel. */
class BlaxelDirectoryCostTest extends LocalBlaxelTest implements DirectoryCostContract {
  private final AtomicInteger requests = new AtomicInteger();
  private BlaxelClient counting;
  @TempDir Path directory;

  @BeforeEach
  void count() {
    counting =
        BlaxelClient.builder()
            .environment(local.blaxelEnvironment())
            .httpClient(DirectoryCostContract.counting(requests))
            .build();
  }

  @AfterEach
  void stopCounting() {
    counting.close();
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public Sandbox counted() {
    return counting.connect(sandbox.id());
  }

  @Override
  public AtomicInteger requests() {
    return requests;
  }
}
