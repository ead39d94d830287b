package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.e2b.connect.Frames;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import okhttp3.Cache;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a caller's own OkHttp client must not do to answers and to closing. */
@Timeout(30)
class CallersClientTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();
  @TempDir Path directory;

  private static String record(String state) {
    return """
        {"sandboxID": "isb1", "templateID": "base", "state": "%s", "metadata": {},
         "startedAt": "2026-11-20T10:00:00Z", "endAt": "2026-11-20T11:00:00Z"}"""
        .formatted(state);
  }

  private static MockResponse fresh(String contentType, String body) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", contentType)
        .addHeader("Cache-Control", "max-age=600")
        .body(body)
        .build();
  }

  @Test
  void cacheMakesNoReadAndNoStateStale() throws Exception {
    OkHttpClient caching =
        new OkHttpClient.Builder().cache(new Cache(directory.toFile(), 1 << 20)).build();
    E2bSandbox sandbox = e2b.sandbox(e2b.open(e2b.builder().httpClient(caching)), "0.6.13");
    e2b.answer(fresh("application/octet-stream", "before"));
    e2b.answer(fresh("application/octet-stream", "after"));
    e2b.answer(fresh("application/json", record("running")));
    e2b.answer(fresh("application/json", record("paused")));

    assertThat(sandbox.files().readText("/file")).isEqualTo("before");
    assertThat(sandbox.files().readText("/file")).isEqualTo("after");
    assertThat(sandbox.info().state()).isEqualTo(State.RUNNING);
    assertThat(sandbox.info().state()).isEqualTo(State.PAUSED);
    for (int request = 0; request < 4; request++) {
      e2b.take();
    }
    caching.cache().close();
  }

  @Test
  void whatAnInterceptorThrowsComesOutOfNoClose() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    AtomicInteger thrown = new AtomicInteger();
    Interceptor bug =
        chain -> {
          if (broken.get()) {
            thrown.incrementAndGet();
            throw new IllegalStateException("a bug of the caller");
          }
          return chain.proceed(chain.request());
        };
    OkHttpClient callers = new OkHttpClient.Builder().addInterceptor(bug).build();
    E2bClient client = e2b.open(e2b.builder().httpClient(callers));
    E2bSandbox sandbox = e2b.sandbox(client, "0.6.13");
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(Frames.held(never, Frames.start(7)));
    Process process = sandbox.processes().start(Command.of("make"));
    broken.set(true);

    assertThatThrownBy(sandbox::info).isInstanceOf(PlatformException.class);
    process.close();
    sandbox.close();
    client.close();
    assertThat(thrown.get()).isGreaterThan(1);
    never.countDown();
    e2b.take();
  }
}
