package dev.sandpiper.e2b;

import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import java.time.Duration;
import okhttp3.HttpUrl;

/** Asks whether a sandbox still lives, after a connection to it broke. */
record HealthProbe(HttpTransport transport, SandboxAccess access) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What is known of the sandbox now, for a message. */
  String describe(CallScope scope) {
    HttpUrl url = Routes.of(access.envdUrl(), E2bCall.PROBE);
    // Asked again where a kept connection died together with the stream.
    HttpRequest request =
        HttpRequest.of(E2bCall.PROBE, access.sandboxId(), url).in(scope).within(PATIENCE);
    try (HttpResponse response = transport.send(request)) {
      return switch (response.status()) {
        case 204 -> "the sandbox still answers";
        case 502 -> "the sandbox is gone";
        default -> "the sandbox answers with status " + response.status();
      };
    } catch (SandboxException e) {
      return "the sandbox does not answer either";
    }
  }
}
