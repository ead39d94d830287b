package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sandboxes that nobody will use: the client was closed, or they could not be opened. */
@Timeout(30)
class ClientCloseTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private final ManualTime time = new ManualTime();

  @AfterEach
  void nothingWaits() {
    time.runOut();
  }

  private MockResponse found() throws Exception {
    return ScriptedE2b.json(
        200,
        "[{\"sandboxID\": \"isb1\", \"metadata\": {\"sandpiper-nonce\": \"%s\"}}]"
            .formatted(e2b.createNonce()));
  }

  private static CompletableFuture<E2bSandbox> creating(E2bClient client) {
    return CompletableFuture.supplyAsync(
        () -> client.create(SandboxSpec.standard()), task -> new Thread(task, "creator").start());
  }

  private static CompletableFuture<Void> closing(E2bClient client) {
    return CompletableFuture.runAsync(client::close, task -> new Thread(task, "closer").start());
  }

  private static @Nullable Throwable failureOf(CompletableFuture<?> future) {
    try {
      future.join();
      throw new AssertionError("it did not fail");
    } catch (CompletionException e) {
      return Objects.requireNonNull(e.getCause());
    }
  }

  @Test
  void closingWaitsForWhatIsBeingCreatedWhichIsKilled() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    e2b.answerWith(
        () -> {
          gate.await(10, TimeUnit.SECONDS);
          return ScriptedE2b.json(201, ScriptedE2b.sandboxJson("0.6.13"));
        });
    e2b.answer(204, "");
    E2bClient client = e2b.client();
    CompletableFuture<E2bSandbox> created = creating(client);
    e2b.take("POST /v2/sandboxes");
    CompletableFuture<Void> closed = closing(client);
    Patience.until(
        "closing waits",
        () ->
            Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("closer"))
                .flatMap(thread -> java.util.Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals("awaitEnds")));
    assertThat(closed).isNotDone();
    gate.countDown();

    assertThat(failureOf(created))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("isb1")
        .hasMessageContaining("the client was closed");
    closed.get(10, TimeUnit.SECONDS);
    e2b.take("DELETE /sandboxes/isb1");
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsNotCreatedInTimeIsGivenUpFoundAndDeleted() throws Exception {
    e2b.answer(
        new MockResponse.Builder().code(201).onResponseStart(SocketEffect.Stall.INSTANCE).build());
    e2b.answerWith(this::found);
    e2b.answer(204, "");
    E2bClient client = e2b.open(e2b.builder().time(time));
    CompletableFuture<E2bSandbox> created = creating(client);
    e2b.take("POST /v2/sandboxes");
    CompletableFuture<Void> closed = closing(client);
    time.pass(Duration.ofSeconds(5));

    assertThat(failureOf(created)).isInstanceOf(CancelledException.class);
    closed.get(10, TimeUnit.SECONDS);
    e2b.take();
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void whatIsGivenUpAndCannotBeFoundIsNamedInAWarning() throws Exception {
    e2b.answer(
        new MockResponse.Builder().code(201).onResponseStart(SocketEffect.Stall.INSTANCE).build());
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    E2bClient client = e2b.open(e2b.builder().time(time));
    CompletableFuture<E2bSandbox> created = creating(client);
    e2b.take("POST /v2/sandboxes");
    CompletableFuture<Void> closed = closing(client);
    time.pass(Duration.ofSeconds(5));
    time.pass(Duration.ofMillis(500)); // between two looks

    assertThat(failureOf(created))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("it is unknown whether it was created");
    closed.get(10, TimeUnit.SECONDS);
    String nonce = e2b.createNonce();
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN") && line.contains("sandpiper-nonce=" + nonce));
    e2b.take();
    e2b.take();
  }

  private SandboxException failingToOpen(ClientResources resources, AtomicBoolean flag) {
    ControlPlane api = new ControlPlane(resources.transport(), HttpUrl.get(e2b.url()));
    CreateCall.Terms terms = new CreateCall.Terms(resources.retries(), new AtomicBoolean());
    Creation creation = new Creation(api, E2bSandboxSpec.of(SandboxSpec.standard()), terms);
    try {
      return creation.create(
          CallScope.open(),
          answer -> {
            Thread.currentThread().interrupt();
            throw new CancelledException(
                dev.sandpiper.Failure.of("create", "isb1", "its thread was interrupted"));
          });
    } catch (SandboxException e) {
      return e;
    } finally {
      flag.set(Thread.interrupted());
    }
  }

  @Test
  void whatCannotBeOpenedIsDeletedByAnInterruptedThreadToo() throws Exception {
    AtomicBoolean flag = new AtomicBoolean();
    try (ClientResources resources =
        new ClientResources(null, null, Limits.standard(), Protocols.all(HttpVersion.HTTP_1_1))) {
      e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
      e2b.answer(204, "");
      assertThat(failingToOpen(resources, flag))
          .isInstanceOf(CancelledException.class)
          .hasMessageNotContaining("could not be killed");
      assertThat(flag).isTrue();
      e2b.take("POST /v2/sandboxes");
      e2b.take("DELETE /sandboxes/isb1");
    }
  }

  @Test
  void whatCanNeitherBeOpenedNorDeletedIsNamed() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.0.9"));
    e2b.answer(500, "");
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.standard()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("it exists as isb1 and could not be killed")
        .hasMessageContaining("0.0.9");
    e2b.take("POST /v2/sandboxes");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void anInterruptWhileItIsLookedForDeletesIt() throws Exception {
    e2b.answer(Frames.nothing());
    e2b.answer(
        new MockResponse.Builder().code(200).onResponseStart(SocketEffect.Stall.INSTANCE).build());
    e2b.answerWith(this::found);
    e2b.answer(204, "");
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                e2b.client().create(SandboxSpec.standard());
              } catch (SandboxException e) {
                flag.set(Thread.currentThread().isInterrupted());
                failure.complete(e);
              }
            });
    caller.start();
    e2b.take("POST /v2/sandboxes");
    e2b.take();
    Patience.untilItReads(caller);
    caller.interrupt();

    assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
    e2b.take();
    e2b.take("DELETE /sandboxes/isb1");
  }
}
