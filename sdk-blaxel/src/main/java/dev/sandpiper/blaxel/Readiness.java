package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.account.BlaxelSettings;
import dev.sandpiper.blaxel.account.SandboxJson;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.Routes;
import java.util.Optional;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a new sandbox responds: its address may be known before a server responds there.
 *
 * @param scope ends the waiting
 */
record Readiness(Account account, CallScope scope) {

  /**
   * The address at which it responds.
   *
   * @throws PlatformException if it fails, or does not respond in time
   */
  HttpUrl await(JsonNode created) {
    Backoff backoff = account.waits().within(account.waits().ready(), scope);
    String name = SandboxJson.name(created);
    JsonNode sandbox = created;
    SandboxException last = null;
    while (true) {
      Optional<HttpUrl> url = url(account.settings(), sandbox);
      try {
        if (url.isPresent() && answers(name, url.get())) {
          return url.get();
        }
      } catch (AuthenticationException | CancelledException e) {
        throw e;
      } catch (SandboxException e) {
        last = e;
      }
      if (!backoff.hasTime()) {
        throw new PlatformException(
            failure(name, "it exists and does not respond" + of(last)), last);
      }
      scope.sleep(backoff.next(), failure(name, ""));
      sandbox = account.api().in(scope).look("create", name);
      if (!SandboxJson.isAlive(sandbox)) {
        throw new PlatformException(
            failure(name, "it is " + SandboxJson.status(sandbox) + SandboxJson.errors(sandbox)));
      }
    }
  }

  private static String of(@Nullable SandboxException last) {
    return last == null ? "" : "; the last try: " + last.failure().observed();
  }

  /** The address of a sandbox; empty while the platform does not report it. */
  static Optional<HttpUrl> url(BlaxelSettings settings, JsonNode sandbox) {
    String name = SandboxJson.name(sandbox);
    return settings
        .forcedUrl(name)
        .or(() -> SandboxJson.url(sandbox).map(text -> url(settings, name, text)));
  }

  private static HttpUrl url(BlaxelSettings settings, String name, String url) {
    try {
      return settings.address("the sandbox's address", url);
    } catch (IllegalArgumentException e) {
      String observed = "malformed response of Blaxel: " + e.getMessage();
      throw new WireFormatException(Failure.of("find", name, observed), e);
    }
  }

  private boolean answers(String name, HttpUrl url) {
    HttpRequest request =
        HttpRequest.of(BlaxelCall.HEALTH, name, Routes.of(url, BlaxelCall.HEALTH))
            .withOperation("create")
            .in(scope);
    try (HttpResponse response = account.dataPlane().send(request)) {
      if (response.status() == 200) {
        SandboxErrors.json(response);
        return true;
      }
      throw SandboxErrors.of(response, What.SANDBOX);
    }
  }

  private static Failure failure(String name, String observed) {
    return Failure.of("create", name, observed);
  }
}
