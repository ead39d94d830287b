package dev.sandpiper.e2b.sessions;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Capability;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * A client for an installation of E2B's old REST API. Safe for use by many threads; create one and
 * share it.
 *
 * <pre>{@code
 * try (SessionsClient client = SessionsClient.at("http://localhost:3000");
 *     Session session = client.create(SessionEnvironment.PYTHON3.spec())) {
 *   String version = session.exec("python3", "--version").stdout().text();
 * }
 * }</pre>
 */
public final class SessionsClient implements SandboxClient {
  private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);
  private static final String UNKNOWN =
      "it is unknown whether it was created, because this API cannot list sessions; one that nobody"
          + " uses is deleted after ten minutes";

  private final SessionsAccount account;
  private final ClientResources resources;
  private final AtomicBoolean closed = new AtomicBoolean();

  SessionsClient(SessionsAccount account, ClientResources resources) {
    this.account = account;
    this.resources = resources;
  }

  /**
   * A client for the server at this URL, which may have a path.
   *
   * @throws IllegalArgumentException if it is malformed, or contains credentials, a query or a
   *     fragment
   */
  public static SessionsClient at(String baseUrl) {
    return builder().baseUrl(baseUrl).build();
  }

  /** A builder; by default the server is at {@code http://localhost:3000}. */
  public static SessionsClientBuilder builder() {
    return new SessionsClientBuilder();
  }

  /**
   * Creates a session. Its environment is {@link SandboxSpec#template}, by default {@code Bash}.
   * Variables are set for each command that is started through the returned session. It exists
   * until it is closed: the time to live is ignored.
   *
   * @throws dev.sandpiper.UnsupportedCapabilityException if there are labels
   */
  @Override
  public Session create(SandboxSpec spec) {
    requireOpen();
    String environment = spec.template().orElse(SessionEnvironment.BASH.id());
    if (!spec.labels().isEmpty()) {
      throw SessionCalls.unsupported("create", environment, Capability.LISTS);
    }
    return account
        .created()
        .create(environment, scope -> create(environment, spec.environment(), scope));
  }

  private Session create(String environment, Map<String, String> variables, CallScope scope) {
    HttpRequest request =
        account
            .api()
            .request(SessionCall.CREATE, environment)
            .withJson(Json.object().put("envID", environment));
    try (HttpResponse response = account.api().send(request.in(scope), What.TEMPLATE)) {
      String id = SessionCalls.requiredId(JsonApi.json(response), "id", response);
      return opened(id, environment, variables);
    } catch (SandboxException e) {
      throw Ambiguity.mayHaveStarted(e) ? Ambiguity.unknown(e, UNKNOWN) : e;
    }
  }

  private Session opened(String id, String environment, Map<String, String> variables) {
    SessionCalls calls = new SessionCalls(account, id);
    Session session = new Session(calls, account, environment, variables);
    account.open().add(session, calls);
    return session;
  }

  @Override
  public Session connect(String id) {
    return connect(id, DEFAULT_TIME_TO_LIVE);
  }

  /**
   * Connects to a session, which is refreshed until it is closed. Closing leaves it running.
   *
   * @param timeToLive ignored, except for zero: then the session is refreshed once, by requesting
   *     it, and not again
   * @throws dev.sandpiper.NotFoundException if there is no session with this id
   */
  @Override
  public Session connect(String id, Duration timeToLive) {
    SessionCalls.requireId(requireNonNull(id, "id"));
    requireOpen();
    Durations.notNegative("the time to live", timeToLive, "to look only");
    SessionCalls calls = new SessionCalls(account, id);
    calls.look("connect", account.threads().scope());
    Session session = new Session(calls, account, null, Map.of());
    if (!timeToLive.isZero()) {
      account.open().add(session, calls);
    }
    return session;
  }

  @Override
  public boolean kill(String id) {
    SessionCalls.requireId(requireNonNull(id, "id"));
    requireOpen();
    boolean existed = new SessionCalls(account, id).delete(UnaryOperator.identity());
    account.created().remove(id);
    return existed;
  }

  /** Always throws: this API has no lists. */
  @Override
  public Pages<SandboxInfo> list(SandboxFilter filter) {
    throw SessionCalls.unsupported("list", "sessions", Capability.LISTS);
  }

  @Override
  public Set<Capability> capabilities() {
    return Session.CAPABILITIES;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    account.created().close();
    account.open().close();
    resources.close();
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("this client is closed");
    }
  }
}
