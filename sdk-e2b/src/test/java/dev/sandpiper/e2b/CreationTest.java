package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A create whose outcome is not known: sent again under its key, then looked for by its nonce. */
class CreationTest {

  private static final int ATTEMPTS = 3;

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  /** The list that shows what the first request created, after another sandbox. */
  private MockResponse found() throws Exception {
    return ScriptedE2b.json(
        200,
        """
        [{"sandboxID": "strangers", "state": "running", "metadata": {"sandpiper-nonce": "sp-1"}},
         {"sandboxID": "isb1", "state": "running", "metadata": {"sandpiper-nonce": "%s"}}]\
        """
            .formatted(e2b.createNonce()));
  }

  private E2bSandbox create() {
    return e2b.client().create(SandboxSpec.standard().timeToLive(Duration.ofMinutes(9)));
  }

  /** Every attempt that the client has is cut off after it was received. */
  private void cutAll() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      e2b.answer(Frames.nothing());
    }
  }

  /** Takes this many attempts, all the same. Returns their key. */
  private String takeCreates(int attempts) throws Exception {
    String key = "";
    JsonNode body = null;
    for (int attempt = 0; attempt < attempts; attempt++) {
      RecordedRequest create = e2b.take("POST /v2/sandboxes");
      JsonNode sent = ScriptedE2b.json(create);
      key = String.valueOf(create.getHeaders().get("Idempotency-Key"));
      assertThat(key)
          .matches("[a-z0-9-]{1,255}")
          .isEqualTo(sent.path("metadata").path("sandpiper-nonce").asText());
      assertThat(body == null || body.equals(sent)).as("the same bytes").isTrue();
      body = sent;
    }
    return key;
  }

  /** Takes this many attempts, and the list that looks for their nonce. */
  private void takeCreatesAndLook(int attempts) throws Exception {
    takeLook(takeCreates(attempts));
  }

  private void takeLook(String nonce) throws Exception {
    e2b.take("GET /v2/sandboxes?limit=100&metadata=sandpiper-nonce%3D" + nonce);
  }

  @Test
  void whatACutAnswerLeftBehindIsAdopted() throws Exception {
    cutAll();
    e2b.answerWith(this::found);
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandbox sandbox = create();

    assertThat(sandbox.id()).isEqualTo("isb1");
    takeCreatesAndLook(ATTEMPTS);
    RecordedRequest connect = e2b.take("POST /sandboxes/isb1/connect");
    assertThat(ScriptedE2b.json(connect).path("timeout").asInt()).isEqualTo(540);

    e2b.answer(204, "");
    sandbox.close();
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void anAnswerCutInItsBodyIsLookedInto() throws Exception {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      e2b.answer(
          new MockResponse.Builder()
              .code(201)
              .body("{\"sandboxID\": \"isb")
              .setHeader("Content-Length", 100)
              .onResponseEnd(new SocketEffect.CloseSocket())
              .build());
    }
    e2b.answerWith(this::found);
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    create().detach();
    takeCreatesAndLook(ATTEMPTS);
    e2b.take("POST /sandboxes/isb1/connect");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{}", "[]", "null", "", "{\"sandboxID\": \"\"}"})
  void anAnswerThatCannotBeReadIsLookedInto(String garbage) throws Exception {
    e2b.answer(201, garbage);
    e2b.answer(200, "[]");
    e2b.answerWith(this::found);
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    create().detach();
    takeCreatesAndLook(1);
    e2b.take();
    e2b.take("POST /sandboxes/isb1/connect");
  }

  @Test
  void nothingFoundAfterTwoLooksCannotBeKnown() throws Exception {
    cutAll();
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    assertThatThrownBy(this::create)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("is unknown")
        .hasMessageContaining("the list does not show it");
    takeCreatesAndLook(ATTEMPTS);
    e2b.take();
  }

  @Test
  void aStrangersSandboxIsNeitherAdoptedNorDeleted() throws Exception {
    String strangers = "[{\"sandboxID\": \"isb2\", \"metadata\": {\"sandpiper-nonce\": \"sp-1\"}}]";
    cutAll();
    e2b.answer(200, strangers);
    e2b.answer(200, strangers);
    assertThatThrownBy(this::create)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("is unknown");
    takeCreatesAndLook(ATTEMPTS);
    e2b.take();
  }

  @Test
  void aListThatCannotBeReadLeavesItUnknown() throws Exception {
    cutAll();
    e2b.answer(401, "");
    assertThatThrownBy(this::create)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("is unknown")
        .hasMessageContaining("the list could not be read");
    takeCreatesAndLook(ATTEMPTS);
  }

  @Test
  void aLateAnswerKeepsItsKindOfErrorWhenNothingIsFound() throws Exception {
    E2bClient impatient = e2b.open(e2b.builder().responseLimit(Duration.ofMillis(200)));
    e2b.answer(
        new MockResponse.Builder()
            .code(201)
            .headersDelay(600, java.util.concurrent.TimeUnit.MILLISECONDS)
            .build());
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    assertThatThrownBy(() -> impatient.create(SandboxSpec.standard()))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> {
              assertThat(e.limit()).isEqualTo(DeadlineExceededException.Limit.RESPONSE);
              assertThat(e.limitDuration()).isEqualTo(Duration.ofMillis(200));
            })
        .hasMessageContaining("is unknown")
        .hasMessageContaining("responseLimit");
    takeCreatesAndLook(1);
    e2b.take();
  }

  @Test
  void whatCannotBeAdoptedIsDeleted() throws Exception {
    cutAll();
    e2b.answerWith(this::found);
    e2b.answer(404, "");
    e2b.answer(204, "");
    assertThatThrownBy(this::create)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageNotContaining("is unknown");
    takeCreatesAndLook(ATTEMPTS);
    e2b.take("POST /sandboxes/isb1/connect");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void whatCannotBeDeletedEitherIsNamed() throws Exception {
    cutAll();
    e2b.answerWith(this::found);
    e2b.answer(404, "");
    e2b.answer(500, "");
    assertThatThrownBy(this::create)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it exists as isb1 and could not be killed");
    takeCreatesAndLook(ATTEMPTS);
    e2b.take("POST /sandboxes/isb1/connect");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.9", "0.0.99"})
  void aSandboxWithADaemonTooOldIsKilled(String version) throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson(version));
    e2b.answer(204, "");
    assertThatThrownBy(this::create)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(version);
    e2b.take("POST /v2/sandboxes");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void aSandboxThatCannotBeUsedIsKilledAndNotLookedFor() throws Exception {
    e2b.answer(201, "{\"sandboxID\": \"isb1\", \"envdVersion\": \"?\"}");
    e2b.answer(204, "");
    assertThatThrownBy(this::create).isInstanceOf(WireFormatException.class);
    e2b.take("POST /v2/sandboxes");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void anInterruptDeletesWhatWasMadeAndKeepsItsFlag() throws Exception {
    e2b.answer(
        new MockResponse.Builder().code(201).onResponseStart(SocketEffect.Stall.INSTANCE).build());
    e2b.answerWith(this::found);
    e2b.answer(204, "");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    E2bClient client = e2b.client();
    Thread caller =
        new Thread(
            () -> {
              try {
                client.create(SandboxSpec.standard());
              } catch (CancelledException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    RecordedRequest create = e2b.take("POST /v2/sandboxes");
    Patience.untilItReads(caller);
    caller.interrupt();
    caller.join(10_000);

    assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
    String nonce = ScriptedE2b.json(create).path("metadata").path("sandpiper-nonce").asText();
    e2b.take("GET /v2/sandboxes?limit=100&metadata=sandpiper-nonce%3D" + nonce);
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void aConnectionThatNeverStoodIsNotLookedInto() throws Exception {
    int closed;
    try (var socket = new java.net.ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    E2bClient client = e2b.open(e2b.builder().apiUrl("http://127.0.0.1:" + closed));
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageNotContaining("is unknown");
  }

  @Test
  void whatACallersInterceptorThrewAfterIsAdopted() throws Exception {
    AtomicBoolean thrown = new AtomicBoolean();
    OkHttpClient callers =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  Response response = chain.proceed(chain.request());
                  if (chain.request().method().equals("POST") && !thrown.getAndSet(true)) {
                    response.close();
                    throw new IllegalStateException("the caller's own fault");
                  }
                  return response;
                })
            .build();
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    e2b.answerWith(this::found);
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    try (E2bClient client = e2b.open(e2b.builder().httpClient(callers))) {
      E2bSandbox sandbox = client.create(SandboxSpec.standard());

      assertThat(thrown).isTrue();
      assertThat(sandbox.id()).isEqualTo("isb1");
      takeCreatesAndLook(1);
      e2b.take("POST /sandboxes/isb1/connect");
      e2b.answer(204, "");
      sandbox.close();
      e2b.take("DELETE /sandboxes/isb1");
    }
  }
}
