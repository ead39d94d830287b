package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.E2bSandbox.Origin;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.SandboxIds;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Creates copies of a running sandbox. Some of them may fail. */
record Forks(Account account, String id) {
  /** The limit of E2B's own clients for one request. */
  static final int MOST = 20;

  List<E2bFork> make(int count, Duration timeToLive) {
    List<E2bFork> forks = new ArrayList<>();
    account
        .created()
        .createAll(
            "forks of " + id,
            scope -> {
              JsonNode answer =
                  new SandboxCalls(account.api().in(scope), id).fork(count, timeToLive);
              answer.forEach(item -> forks.add(fork(item, scope)));
              return forks.stream().flatMap(fork -> fork.sandbox().stream()).toList();
            });
    return List.copyOf(forks);
  }

  private E2bFork fork(JsonNode item, CallScope scope) {
    JsonNode sandbox = item.path("sandbox");
    if (!sandbox.isObject()) {
      return E2bFork.failed(failure(item.path("error")));
    }
    Optional<String> made = SandboxIds.in(sandbox, "sandboxID");
    if (made.isEmpty()) {
      return E2bFork.failed(
          new WireFormatException(
              Failure.of("fork", id, "a fork without a valid sandboxID, which may live"), null));
    }
    try {
      return E2bFork.of(
          new E2bSandbox(account.access(sandbox), Origin.CREATED, account).awaitReady(scope));
    } catch (SandboxException e) {
      CreatedSandboxes.close(
          made.get(), account.threads().time(), change -> account.kill(made.get(), change));
      return E2bFork.failed(e);
    }
  }

  private SandboxException failure(JsonNode error) {
    int status = error.path("code").asInt(0);
    Failure failure =
        Failure.of("fork", id, Json.text(error, "message").orElse("an error without a message"));
    failure = status == 0 ? failure : failure.withStatus(status);
    failure = Json.text(error, "error_code").map(failure::withCode).orElse(failure);
    return switch (status) {
      case 401, 403 -> new AuthenticationException(failure);
      case 404 -> new NotFoundException(What.SANDBOX, failure);
      case 429 -> new RateLimitedException(failure.withRetryable(true), null);
      default -> new PlatformException(failure);
    };
  }
}
