package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlaxelCallersExecutorTest extends LocalBlaxelTest implements CallersExecutorContract {
  private final List<BlaxelClient> clients = new ArrayList<>();
  private final List<String> homes = new ArrayList<>();
  private final List<BlaxelSandbox> sandboxes = new ArrayList<>();

  @Override
  public BlaxelSandbox sandboxOf(Executor executor, ConnectionPool connections) {
    OkHttpClient http = new OkHttpClient.Builder().connectionPool(connections).build();
    BlaxelClient opened =
        BlaxelClient.builder()
            .environment(local.blaxelEnvironment())
            .executor(executor)
            .httpClient(http)
            .build();
    clients.add(opened);
    BlaxelSandbox made = opened.create(SandboxSpec.standard());
    sandboxes.add(made);
    homes.add(made.homeDirectory());
    return made;
  }

  @Override
  public Collection<String> processes() {
    return homes.stream().flatMap(home -> Leftovers.processesAtHomeIn(home).stream()).toList();
  }

  /** Pieces that find no thread are fetched by whoever reads. */
  @Test
  void aFileOfManyPiecesIsReadThoughNoThreadFetchesAhead() {
    AtomicInteger refusals = new AtomicInteger();
    Executor refusing =
        task -> {
          refusals.incrementAndGet();
          throw new RejectedExecutionException("full");
        };
    BlaxelSandbox one = sandboxOf(refusing, new ConnectionPool());
    String sum =
        one.shell(
                "head -c 5000000 /dev/urandom > f; touch -d '1 hour ago' f;"
                    + " sha256sum < f | cut -c 1-64")
            .orThrow()
            .stdout()
            .text()
            .strip();

    assertThat(ByteString.of(one.files().readBytes("f")).sha256().hex()).isEqualTo(sum);
    assertThat(refusals).hasPositiveValue();
  }

  @AfterEach
  void closeAll() {
    sandboxes.forEach(BlaxelSandbox::close);
    clients.forEach(BlaxelClient::close);
  }
}
