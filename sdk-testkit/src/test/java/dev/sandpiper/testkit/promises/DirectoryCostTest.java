package dev.sandpiper.testkit.promises;

import dev.sandpiper.Sandbox;
import dev.sandpiper.e2b.E2bClient;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a directory costs on E2B. */
class DirectoryCostTest extends LocalE2bTest implements DirectoryCostContract {
  private final AtomicInteger requests = new AtomicInteger();
  private E2bClient counting;
  @TempDir Path directory;

  @BeforeEach
  void count() {
    counting = builder().httpClient(DirectoryCostContract.counting(requests)).build();
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
