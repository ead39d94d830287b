package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.control.IdempotencyKeys;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code Idempotency-Key} on {@code POST /v2/sandboxes}. The header and the error codes are those
 * of E2B's OpenAPI text; no real server was asked.
 */
class IdempotencyTest {
  private static final String BODY = "{\"templateID\":\"base\",\"timeout\":60}";

  @RegisterExtension final LocalServer server = new LocalServer();

  private HttpResponse<String> create(String key, String body) throws Exception {
    return server.control("POST", "/v2/sandboxes", body, "Idempotency-Key", key);
  }

  private static JsonNode tree(HttpResponse<String> answer) throws Exception {
    return LocalServer.json.readTree(answer.body());
  }

  @Test
  void theSameKeyAndBodyGetTheSameSandbox() throws Exception {
    HttpResponse<String> first = create("a-1", BODY);
    HttpResponse<String> again = create("a-1", BODY);
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(tree(again)).isEqualTo(tree(first));
    assertThat(tree(server.control("GET", "/v2/sandboxes", ""))).hasSize(1);
    assertThat(tree(create("a-2", BODY)).path("sandboxID"))
        .isNotEqualTo(tree(first).path("sandboxID"));
  }

  @Test
  void theSameKeyWithAnotherBodyIsAMismatch() throws Exception {
    create("a-1", BODY);
    HttpResponse<String> other = create("a-1", "{\"templateID\":\"base\",\"timeout\":61}");
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(tree(other).path("error_code").asText()).isEqualTo("idempotency_request_mismatch");
    assertThat(tree(server.control("GET", "/v2/sandboxes", ""))).hasSize(1);
  }

  @Test
  void aCreateThatFailedLeavesItsKeyFree() throws Exception {
    assertThat(create("a-1", "{\"templateID\":\"nope\"}").statusCode()).isEqualTo(404);
    assertThat(create("a-1", BODY).statusCode()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A-1", "a_1", "a 1"})
  void aMalformedKeyIsRefused(String key) throws Exception {
    assertThat(create(key, BODY).statusCode()).isEqualTo(400);
    assertThat(create("a".repeat(256), BODY).statusCode()).isEqualTo(400);
    assertThat(create("a".repeat(255), BODY).statusCode()).isEqualTo(201);
  }

  @Test
  void aKeyIsInUseUntilItsCreateIsAnswered() throws Exception {
    IdempotencyKeys keys = new IdempotencyKeys(Instant::now);
    ObjectNode body = LocalServer.json.createObjectNode().put("templateID", "base");
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch made = new CountDownLatch(1);
    CompletableFuture<ObjectNode> first = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                first.complete(
                    keys.create(
                        "k",
                        body,
                        () -> {
                          making.countDown();
                          await(made);
                          return LocalServer.json.createObjectNode().put("sandboxID", "i1");
                        }));
              } catch (Exception e) {
                first.completeExceptionally(e);
              }
            });
    thread.start();
    making.await();
    assertThatThrownBy(() -> keys.create("k", body, () -> body))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("still being processed");
    made.countDown();
    assertThat(first.get().path("sandboxID").asText()).isEqualTo("i1");
    assertThat(keys.create("k", body, () -> body)).isEqualTo(first.get());
    thread.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keysAreForgottenAfterAnHourAndAboveAThousand() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    IdempotencyKeys keys = new IdempotencyKeys(now::get);
    AtomicInteger made = new AtomicInteger();
    IdempotencyKeys.Creation creation =
        () -> LocalServer.json.createObjectNode().put("number", made.incrementAndGet());
    ObjectNode body = LocalServer.json.createObjectNode();
    keys.create("old", body, creation);
    now.set(Instant.EPOCH.plusSeconds(3599));
    keys.create("old", body, creation);
    assertThat(made).hasValue(1);
    now.set(Instant.EPOCH.plusSeconds(3600));
    keys.create("old", body, creation);
    assertThat(made).hasValue(2);
    for (int i = 0; i < 1000; i++) keys.create("k" + i, body, creation);
    assertThat(made).hasValue(1002);
    keys.create("k999", body, creation);
    assertThat(made).hasValue(1002);
    keys.create("old", body, creation);
    assertThat(made).hasValue(1003);
  }
}
