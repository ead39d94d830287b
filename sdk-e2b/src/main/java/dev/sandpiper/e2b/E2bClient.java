package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.E2bSandbox.Origin;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.UserAgent;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.Set;

/**
 * One account at E2B. Safe for use by many threads; make one and keep it.
 *
 * <pre>{@code
 * try (E2bClient client = E2bClient.fromEnvironment();
 *     E2bSandbox sandbox = client.create(SandboxSpec.standard())) {
 *   ExecResult version = sandbox.exec("python3", "--version").orThrow();
 * }
 * }</pre>
 */
public final class E2bClient implements SandboxClient {
  private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);

  private final Account account;
  private final E2bSettings settings;
  private final ClientResources resources;

  E2bClient(
      E2bSettings settings,
      ClientResources resources,
      UserAgent userAgent,
      Codec codec,
      Duration reattachLimit) {
    this.settings = settings;
    this.resources = resources;
    HeaderTransport api =
        new HeaderTransport(
            resources.transport(), ControlPlane.headers(userAgent, settings.apiKey()));
    this.account =
        new Account(
            new ControlPlane(api, settings.apiUrl()),
            resources.transport(),
            SandboxAddresses.of(settings),
            Threads.of(resources),
            userAgent.text(),
            codec,
            reattachLimit,
            new CreatedSandboxes(resources.time()));
  }

  /**
   * A client as the environment describes it: {@code E2B_API_KEY}, {@code E2B_DOMAIN}, {@code
   * E2B_API_URL}, {@code E2B_SANDBOX_URL}, {@code E2B_DEBUG}, {@code E2B_VALIDATE_API_KEY}.
   *
   * @throws dev.sandpiper.AuthenticationException if there is no key, or it has not the shape of
   *     one
   */
  public static E2bClient fromEnvironment() {
    return builder().build();
  }

  /** Options; what is not set comes from the environment, then from E2B's defaults. */
  public static E2bClientBuilder builder() {
    return new E2bClientBuilder();
  }

  @Override
  public E2bSandbox create(SandboxSpec spec) {
    return create(E2bSandboxSpec.of(spec));
  }

  /** {@link #create(SandboxSpec)} with what only E2B knows. */
  public E2bSandbox create(E2bSandboxSpec spec) {
    requireNonNull(spec, "spec");
    account.created().requireOpen();
    if (settings.debug()) {
      return new E2bSandbox(account.addresses().debugSandbox(), Origin.CREATED, account);
    }
    Creation creation = new Creation(account.api(), spec);
    return account
        .created()
        .create(
            creation.toString(),
            scope ->
                creation.create(
                    scope,
                    answer ->
                        new E2bSandbox(usable(answer), Origin.CREATED, account)
                            .requireSettable(spec.common().environment().keySet(), scope)));
  }

  @Override
  public E2bSandbox connect(String id) {
    return connect(id, DEFAULT_TIME_TO_LIVE);
  }

  @Override
  public E2bSandbox connect(String id, Duration timeToLive) {
    requireUsable(id);
    Durations.notNegative("the time to live", timeToLive, "to look only");
    if (settings.debug()) {
      return new E2bSandbox(account.addresses().debugSandbox(), Origin.FOUND, account);
    }
    if (timeToLive.isZero()) {
      return new E2bSandbox(access(account.api().look(id)), Origin.FOUND, account);
    }
    ControlPlane.Connected connected = account.api().connect(id, timeToLive);
    Origin origin = connected.resumed() ? Origin.RESUMED : Origin.FOUND;
    return new E2bSandbox(access(connected.sandbox()), origin, account);
  }

  @Override
  public boolean kill(String id) {
    requireUsable(id);
    return account.kill(id);
  }

  private void requireUsable(String id) {
    account.created().requireOpen();
    if (requireNonNull(id, "id").isBlank()) {
      throw new IllegalArgumentException("the sandbox's id is blank");
    }
  }

  @Override
  public Pages<SandboxInfo> list(SandboxFilter filter) {
    requireNonNull(filter, "filter");
    account.created().requireOpen();
    settings.requireApiKey();
    return account.api().list(filter);
  }

  @Override
  public Set<Capability> capabilities() {
    return E2bSandbox.CAPABILITIES;
  }

  @Override
  public void close() {
    if (account.created().close()) {
      resources.close();
    }
  }

  private SandboxAccess usable(JsonNode answer) {
    SandboxAccess access = access(answer);
    access
        .envdVersion()
        .require(EnvdVersion.OLDEST_USABLE, "create", access.sandboxId(), "this library");
    return access;
  }

  private SandboxAccess access(JsonNode answer) {
    try {
      String id = SandboxJson.required(answer, "sandboxID");
      String domain =
          Json.text(answer, "domain").map(E2bSettings::domain).orElse(settings.domain());
      return new SandboxAccess(
          id,
          domain,
          EnvdVersion.parse(SandboxJson.required(answer, "envdVersion")),
          account.addresses().envd(id, domain),
          Json.text(answer, "envdAccessToken").orElse(null),
          Json.text(answer, "trafficAccessToken").orElse(null));
    } catch (IllegalArgumentException e) {
      throw new WireFormatException(
          Failure.of("connect", "sandbox", "E2B's answer cannot be used: " + e.getMessage()), e);
    }
  }
}
