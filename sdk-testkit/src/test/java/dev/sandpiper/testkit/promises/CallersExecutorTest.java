package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.FileInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.e2b.PartsUploadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CallersExecutorTest extends LocalE2bTest implements CallersExecutorContract {
  private final List<E2bClient> clients = new ArrayList<>();
  private final List<E2bSandbox> sandboxes = new ArrayList<>();
  @TempDir Path directory;

  @Override
  public E2bSandbox sandboxOf(Executor executor, ConnectionPool connections) {
    OkHttpClient http = new OkHttpClient.Builder().connectionPool(connections).build();
    E2bClient opened = builder().executor(executor).httpClient(http).build();
    clients.add(opened);
    E2bSandbox made = opened.create(SandboxSpec.standard());
    sandboxes.add(made);
    return made;
  }

  @Override
  public Collection<String> processes() {
    return sandboxes.stream().flatMap(one -> Leftovers.processesOf(one.id()).stream()).toList();
  }

  @AfterEach
  void closeAll() {
    sandboxes.forEach(E2bSandbox::close);
    clients.forEach(E2bClient::close);
  }

  private Path source() throws IOException {
    byte[] bytes = new byte[(32 << 20) + 7];
    new Random(5).nextBytes(bytes);
    return Files.write(directory.resolve("f"), bytes);
  }

  /** Takes so many tasks, and answers the next like this. */
  private static Executor taking(int most, RuntimeException refusal) {
    AtomicInteger taken = new AtomicInteger();
    return task -> {
      if (taken.incrementAndGet() > most) {
        throw refusal;
      }
      new Thread(task).start();
    };
  }

  @Test
  void partsThatFindNoThreadAreSentByTheOthers() throws IOException {
    Path source = source();
    for (int threads = 0; threads <= 2; threads++) {
      Executor executor = taking(threads, new RejectedExecutionException("full"));
      E2bSandbox one = sandboxOf(executor, new ConnectionPool());
      one.files().uploadInParts(source, "f", PartsUploadOptions.parallel(4));

      Path copy = directory.resolve("copy");
      one.files().download("f", copy);
      assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
      assertThat(one.files().list(".")).extracting(FileInfo::name).containsExactly("f");
    }
  }

  @Test
  void anExecutorThatFailsOtherwiseLeavesNoPartsBehind() throws IOException {
    IllegalStateException broken = new IllegalStateException("broken");
    E2bSandbox one = sandboxOf(taking(1, broken), new ConnectionPool());
    Path source = source();
    assertThatThrownBy(() -> one.files().uploadInParts(source, "f", PartsUploadOptions.parallel(4)))
        .isSameAs(broken);
    assertThat(one.files().list(".")).isEmpty();
    assertThat(one.shell("find . | wc -l").stdout().text()).isEqualTo("1\n");
  }
}
