package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Pages;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bSandbox.Origin;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.UserAgent;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client for one account on E2B. Safe for use by many threads; create one and share it.
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
  private final CreateCall.Terms creating;

  E2bClient(
      E2bSettings settings,
      ClientResources resources,
      UserAgent userAgent,
      Codec codec,
      Duration reattachLimit) {
    this.settings = settings;
    this.resources = resources;
    this.creating = new CreateCall.Terms(resources.retries(), new AtomicBoolean());
    HeaderTransport api =
        new HeaderTransport(
            resources.transport(), ControlPlane.headers(userAgent, settings.apiKey()));
    this.account =
        new Account(
            new ControlPlane(api, settings.apiUrl()),
            resources.transport(),
            SandboxAddresses.of(settings),
            BackgroundThreads.of(resources),
            userAgent.text(),
            codec,
            reattachLimit,
            new CreatedSandboxes(resources.time()),
            settings.domain());
  }

  /**
   * A client configured by environment variables: {@code E2B_API_KEY}, {@code E2B_DOMAIN}, {@code
   * E2B_API_URL}, {@code E2B_SANDBOX_URL}, {@code E2B_DEBUG}, {@code E2B_VALIDATE_API_KEY}.
   *
   * @throws dev.sandpiper.AuthenticationException if there is no key, or it is not a valid header
   *     value
   */
  public static E2bClient fromEnvironment() {
    return builder().build();
  }

  /**
   * A builder; options that are not set are read from the environment, then have E2B's defaults.
   */
  public static E2bClientBuilder builder() {
    return new E2bClientBuilder();
  }

  @Override
  public E2bSandbox create(SandboxSpec spec) {
    return create(E2bSandboxSpec.of(spec));
  }

  /** Like {@link #create(SandboxSpec)}, with options specific to E2B. */
  public E2bSandbox create(E2bSandboxSpec spec) {
    requireNonNull(spec, "spec");
    account.created().requireOpen();
    if (settings.debug()) {
      return new E2bSandbox(account.addresses().debugSandbox(), Origin.CREATED, account);
    }
    Creation creation = new Creation(account.api(), spec, creating);
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
    return connect(id, timeToLive, E2bResumeMode.RESTORE);
  }

  /**
   * Like {@link #connect(String, Duration)}, with the way to resume a paused sandbox.
   *
   * @throws dev.sandpiper.InvalidRequestException if it has to reboot, and this control plane does
   *     not support that
   */
  public E2bSandbox connect(String id, Duration timeToLive, E2bResumeMode mode) {
    requireUsable(id);
    requireNonNull(mode, "mode");
    Durations.notNegative("the time to live", timeToLive, "to look only");
    if (settings.debug()) {
      return new E2bSandbox(account.addresses().debugSandbox(), Origin.FOUND, account);
    }
    if (timeToLive.isZero()) {
      return new E2bSandbox(account.access(account.api().look(id)), Origin.FOUND, account);
    }
    ControlPlane.Connected connected = account.api().connect(id, timeToLive, mode);
    Origin origin = connected.resumed() ? Origin.RESUMED : Origin.FOUND;
    return new E2bSandbox(account.access(connected.sandbox()), origin, account);
  }

  @Override
  public boolean kill(String id) {
    requireUsable(id);
    return account.kill(id);
  }

  private void requireUsable(String id) {
    requireUsable("sandbox", id);
  }

  private void requireUsable(String what, String id) {
    account.created().requireOpen();
    if (requireNonNull(id, "id").isBlank()) {
      throw new IllegalArgumentException("the id of the " + what + " is blank");
    }
  }

  /**
   * Kills the sandboxes that match a filter; the client checks each match itself. The list is read
   * to its end before the first is killed, so that nothing is killed if listing fails.
   *
   * @return the outcome for each; if one cannot be killed, the others are killed all the same
   * @throws IllegalArgumentException if the filter is empty
   */
  public E2bKillReport killAll(E2bSandboxFilter filter) {
    if (filter.isEmpty()) {
      throw new IllegalArgumentException(
          "a filter without a label, state, template or time would kill everything there is");
    }
    Set<String> killed = new LinkedHashSet<>();
    Set<String> gone = new LinkedHashSet<>();
    Map<String, SandboxException> failed = new LinkedHashMap<>();
    for (String id : list(filter).stream().map(SandboxInfo::id).distinct().toList()) {
      try {
        (account.kill(id) ? killed : gone).add(id);
      } catch (SandboxException e) {
        failed.put(id, e);
      }
    }
    return new E2bKillReport(killed, gone, failed);
  }

  @Override
  public Pages<SandboxInfo> list(SandboxFilter filter) {
    return list(E2bSandboxFilter.of(filter));
  }

  /** Like {@link #list(SandboxFilter)}, with conditions specific to E2B. */
  public Pages<SandboxInfo> list(E2bSandboxFilter filter) {
    requireNonNull(filter, "filter");
    account.created().requireOpen();
    settings.requireApiKey();
    return new SandboxLists(account.api().api()).of(filter);
  }

  /** The snapshots of this account, fetched page by page as they are read. */
  public Pages<E2bSnapshot> snapshots() {
    account.created().requireOpen();
    settings.requireApiKey();
    return new SandboxLists(account.api().api()).snapshots(null);
  }

  /**
   * Deletes a snapshot. No sandbox may be based on it any more.
   *
   * @return false if there is no snapshot with this id
   */
  public boolean deleteSnapshot(String id) {
    requireUsable("snapshot", id);
    return account.api().deleteSnapshot(id);
  }

  /**
   * The last sample of each of these sandboxes, by id. A sandbox without a sample, or that does not
   * exist, is left out.
   */
  public Map<String, E2bMetrics> metrics(Collection<String> ids) {
    account.created().requireOpen();
    return LatestMetrics.of(account.api().api(), ids);
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
    SandboxAccess access = account.access(answer);
    access
        .envdVersion()
        .require(EnvdVersion.OLDEST_USABLE, "create", access.sandboxId(), "this library");
    return access;
  }
}
