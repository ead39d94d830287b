package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.CancelledException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testing.Patience;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sandboxes that nobody will use: the client was closed, or their creator was interrupted. */
@Timeout(30)
class ClientCloseTest {
  private static final String CREATE = "POST /v0/sandboxes";
  private static final String LIST = "GET /v0/sandboxes";
  private static final String DELETE = "DELETE /v0/sandboxes/sbx-1";
  private static final String HEALTH = "GET /sbx/health";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private final CompletableFuture<SandboxException> failure = new CompletableFuture<>();
  private final AtomicBoolean flag = new AtomicBoolean();

  private Thread creating(BlaxelClient client) {
    Thread creator =
        new Thread(
            () -> {
              try {
                client.create(SandboxSpec.standard());
              } catch (SandboxException e) {
                flag.set(Thread.currentThread().isInterrupted());
                failure.complete(e);
              }
            });
    creator.start();
    return creator;
  }

  private void deletable() {
    blaxel.on(DELETE, ScriptedBlaxel.json(200, blaxel.record("DELETING", "")));
  }

  private static MockResponse stalled() {
    return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
  }

  @Test
  void closingWaitsForWhatIsBeingCreatedWhichIsKilled() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    blaxel.on(
        CREATE,
        request -> {
          arrived.countDown();
          gate.await(10, TimeUnit.SECONDS);
          return blaxel.created(request, "DEPLOYED");
        });
    blaxel.on(HEALTH, ScriptedBlaxel.json(200, "{\"status\":\"ok\"}"));
    deletable();
    BlaxelClient client = blaxel.client();
    creating(client);
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(client::close, task -> new Thread(task, "closer").start());
    Patience.until(
        "closing waits",
        () ->
            Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("closer"))
                .flatMap(thread -> java.util.Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals("awaitEnds")));
    gate.countDown();

    assertThat(failure.get(10, TimeUnit.SECONDS))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the client was closed");
    closed.get(10, TimeUnit.SECONDS);
    assertThat(blaxel.lines()).endsWith(DELETE);
  }

  @Test
  void anInterruptWhileItIsNotReadyDeletesIt() throws Exception {
    CompletableFuture<Thread> creator = new CompletableFuture<>();
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYED"));
    blaxel.on(
        HEALTH,
        request -> {
          creator.get(10, TimeUnit.SECONDS).interrupt();
          return stalled();
        });
    deletable();
    creator.complete(creating(blaxel.client()));

    assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
    assertThat(blaxel.lines()).endsWith(DELETE);
  }

  @Test
  void whatIsGivenUpAndCannotBeFoundIsSaid() throws Exception {
    CompletableFuture<Thread> creator = new CompletableFuture<>();
    blaxel.on(
        CREATE,
        request -> {
          creator.get(10, TimeUnit.SECONDS).interrupt();
          return stalled();
        });
    blaxel.on(LIST, ScriptedBlaxel.json(200, "[]"));
    blaxel.on(LIST, ScriptedBlaxel.json(200, "[]"));
    creator.complete(creating(blaxel.client()));

    assertThat(failure.get(10, TimeUnit.SECONDS))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("it is unknown whether it was created");
    assertThat(flag).isTrue();
  }
}
