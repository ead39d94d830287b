package dev.sandpiper.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.ByteString;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server that wants to harm, and another to which it would lead its clients. After each test the
 * other one must not have been asked for anything.
 */
public final class HostilePeer implements BeforeEachCallback, AfterEachCallback {
  private static final int DEEP = 10_000;
  private static final String SECRET = "s3cr3t";

  /** A hundred megabytes when it is unpacked. */
  private static final ByteString BOMB = bomb();

  private final MockWebServer server = new MockWebServer();
  private final MockWebServer other = new MockWebServer();

  private static ByteString bomb() {
    Buffer packed = new Buffer();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed.outputStream())) {
      for (int i = 0; i < 100; i++) {
        gzip.write(new byte[1 << 20]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.readByteString();
  }

  /** An answer to a request. */
  @FunctionalInterface
  public interface Answer {
    MockResponse to(RecordedRequest request) throws IOException;
  }

  /** What it answers to every request, of the type that was asked for. */
  public enum Attack {
    MOVED(301),
    FOUND(302),
    SEE_OTHER(303),
    TEMPORARY(307),
    PERMANENT(308),
    DEEP_ARRAY(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body("[".repeat(DEEP));
      }
    },
    DEEP_ERROR(500) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body("{\"message\":".repeat(DEEP));
      }
    },
    ENDLESS_MESSAGE(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body(new Buffer().writeInt(0x00ffffff).writeInt(-1));
      }
    },
    LENGTH_THAT_LIES(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response
            .body("{}")
            .setHeader("Content-Length", "1000000")
            .onResponseEnd(new SocketEffect.CloseSocket());
      }
    },
    NEGATIVE_LENGTH(500) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body("{}").setHeader("Content-Length", "-5");
        response.onResponseEnd(new SocketEffect.CloseSocket());
      }
    },
    LONG_HEADER(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response.addHeader("X-Long", "a".repeat(1 << 20)).body("{}");
      }
    },
    GZIP_BOMB(500) {
      @Override
      void fill(MockResponse.Builder response) throws IOException {
        response.addHeader("Content-Encoding", "gzip").body(new Buffer().write(BOMB));
      }
    };

    private final int status;

    Attack(int status) {
      this.status = status;
    }

    void fill(MockResponse.Builder response) throws IOException {}

    private MockResponse answer(RecordedRequest asked, String elsewhere) throws IOException {
      String type = asked.getHeaders().get("Content-Type");
      MockResponse.Builder response =
          new MockResponse.Builder()
              .code(status)
              .addHeader("Content-Type", type == null ? "application/json" : type);
      if (status / 100 == 3) {
        response.addHeader("Location", elsewhere);
      }
      fill(response);
      return response.build();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    server.start();
    other.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(other.getRequestCount()).as("requests to another host").isZero();
    server.close();
    other.close();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** Where it leads its clients. */
  public String elsewhere() {
    return "http://user:" + SECRET + "@127.0.0.1:" + other.getPort() + "/";
  }

  public void attack(Attack attack) {
    answer(request -> attack.answer(request, elsewhere()));
  }

  /** What every request is answered from now on. */
  public void answer(int status, String json) {
    answer(request -> json(status, json));
  }

  public static MockResponse json(int status, String json) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("Content-Type", "application/json")
        .body(json)
        .build();
  }

  public void answer(Answer answer) {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            try {
              return answer.to(request);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        });
  }

  /** The requests that came since this was called last; there must be one. */
  public List<RecordedRequest> asked() throws InterruptedException {
    List<RecordedRequest> requests = new ArrayList<>();
    for (RecordedRequest next = next(); next != null; next = next()) {
      requests.add(next);
    }
    assertThat(requests).isNotEmpty();
    return requests;
  }

  private @Nullable RecordedRequest next() throws InterruptedException {
    return server.takeRequest(0, TimeUnit.SECONDS);
  }

  /** Of a call that takes any bytes, or looks at the status alone. */
  public static void assertHarmless(Attack attack, ThrowingCallable call) {
    if (attack.status != 200 || catchThrowable(call) != null) {
      assertRefused(attack, call);
    }
  }

  /** It throws an exception of ours, which repeats nothing long and no secret. */
  public static void assertRefused(Attack attack, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getClass().getPackageName())
        .as(thrown::toString)
        .isIn("dev.sandpiper", "dev.sandpiper.interpreter");
    assertThat(thrown).message().hasSizeLessThan(2_000);
    assertThat(thrown).hasMessageNotContaining(SECRET);
    if (attack.status / 100 == 3) {
      assertThat(thrown).hasMessageContaining("redirect");
    }
  }
}
