package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a short command costs in requests, with the removal of what it leaves. */
@Timeout(60)
class RoundTripsTest {
  private static final int COMMANDS = 40;

  @RegisterExtension final LocalClient local = new LocalClient();

  @Test
  void aShortCommandTakesOneStartAndAFewLooks() {
    AtomicInteger requests = new AtomicInteger();
    OkHttpClient counting =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  requests.incrementAndGet();
                  return chain.proceed(chain.request());
                })
            .build();
    try (BlaxelSandbox sandbox =
        local.opened(local.builder().httpClient(counting)).create(SandboxSpec.standard())) {
      sandbox.exec("true").orThrow();
      int before = requests.get();
      long began = System.nanoTime();
      for (int i = 0; i < COMMANDS; i++) {
        sandbox.exec("true").orThrow();
      }
      double each = (requests.get() - before) / (double) COMMANDS;
      double millis = (System.nanoTime() - began) / 1e6 / COMMANDS;
      System.out.printf("exec(\"true\"): %.1f requests and %.0f ms each%n", each, millis);
      assertThat(each).isBetween(2.0, 12.0);
    } finally {
      counting.connectionPool().evictAll();
    }
  }
}
