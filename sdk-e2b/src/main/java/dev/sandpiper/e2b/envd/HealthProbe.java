package dev.sandpiper.e2b.envd;

import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import java.time.Duration;
import okhttp3.HttpUrl;

/** Checks whether a sandbox is running, for instance after a lost connection. */
public record HealthProbe(HttpTransport transport, SandboxAccess access) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration READY_LIMIT = Duration.ofSeconds(30);

  /** The current state of the sandbox, for a message. */
  public String describe(CallScope scope) {
    try (HttpResponse response = transport.send(request(scope))) {
      return switch (response.status()) {
        case 204 -> "the sandbox still responds";
        case 502 -> "the sandbox is gone";
        default -> "the sandbox responds with status " + response.status();
      };
    } catch (SandboxNotRunningException e) {
      return e.failure().observed();
    } catch (SandboxException e) {
      return "the sandbox does not respond either";
    }
  }

  /**
   * True if its daemon responds; false if the platform reports that the sandbox is not running.
   *
   * @throws SandboxException if neither can be determined
   */
  public boolean isRunning(CallScope scope) {
    try (HttpResponse response = transport.send(request(scope))) {
      if (response.status() != 502 && (response.status() < 200 || response.status() >= 300)) {
        throw new EnvdErrors(What.SANDBOX).of(response);
      }
      return response.status() != 502;
    } catch (SandboxNotRunningException e) {
      return false;
    }
  }

  /**
   * Waits until its daemon responds, which takes a moment after a fork.
   *
   * @throws SandboxException if it does not respond in time
   */
  public void awaitReady(CallScope scope) {
    CallScope limited = scope.within(READY_LIMIT);
    Backoff pauses = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), limited);
    while (true) {
      SandboxException last;
      try (HttpResponse response = transport.send(request(limited))) {
        if (response.status() == 204) {
          return;
        }
        last = new EnvdErrors(What.SANDBOX).of(response);
      } catch (SandboxException e) {
        last = e;
      }
      if (!pauses.hasTime() || scope.hasEnded()) {
        throw last;
      }
      limited.sleep(pauses.next(), last.failure());
    }
  }

  private HttpRequest request(CallScope scope) {
    HttpUrl url = Routes.of(access.envdUrl(), E2bCall.PROBE);
    // Retried, because a pooled connection may have been lost together with the stream.
    return HttpRequest.of(E2bCall.PROBE, access.sandboxId(), url).in(scope).within(PATIENCE);
  }
}
