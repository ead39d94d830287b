package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.Pages;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.account.AuthenticatedTransport;
import dev.sandpiper.blaxel.account.BlaxelSettings;
import dev.sandpiper.blaxel.account.ControlPlane;
import dev.sandpiper.blaxel.account.SandboxJson;
import dev.sandpiper.blaxel.account.Tokens;
import dev.sandpiper.blaxel.process.OutputOptions;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.blaxel.server.WakingTransport;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Retries;
import dev.sandpiper.http.UserAgent;
import java.time.Duration;
import java.util.Set;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client for one workspace on Blaxel. Safe for use by many threads; create one and share it.
 *
 * <pre>{@code
 * try (BlaxelClient client = BlaxelClient.fromEnvironment();
 *     BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
 *   ExecResult version = sandbox.exec("node", "--version").orThrow();
 * }
 * }</pre>
 *
 * <p>The account's token is sent to the control plane and to the sandboxes' own addresses, whose
 * gateway requires it.
 */
public final class BlaxelClient implements SandboxClient {
  private static final Logger log = LoggerFactory.getLogger(BlaxelClient.class);

  /** The version of Blaxel's API that this library uses; without this header the oldest is used. */
  private static final String API_VERSION = "2026-04-28";

  private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);

  private final Account account;
  private final ClientResources resources;

  BlaxelClient(
      BlaxelSettings settings,
      ClientResources resources,
      UserAgent userAgent,
      Waits waits,
      OutputOptions output) {
    this.resources = resources;
    HttpTransport plain =
        new HeaderTransport(resources.transport(), headers(userAgent, settings.workspace()));
    Tokens tokens = new Tokens(plain, settings.apiUrl(), settings.credentials(), resources.time());
    Retries retries = resources.retries();
    this.account =
        new Account(
            new ControlPlane(new AuthenticatedTransport(plain, tokens, retries), settings.apiUrl()),
            new AuthenticatedTransport(
                new WakingTransport(plain, waits, retries, resources.time()), tokens, retries),
            settings,
            tokens,
            BackgroundThreads.of(resources),
            waits,
            output,
            new CreatedSandboxes(resources.time()));
  }

  private static Headers headers(UserAgent userAgent, String workspace) {
    return new Headers.Builder()
        .add("User-Agent", userAgent.text())
        .add("Accept-Encoding", "identity")
        .add("Blaxel-Version", API_VERSION)
        .add("X-Blaxel-Workspace", workspace)
        .build();
  }

  /**
   * A client configured by environment variables: {@code BL_API_KEY} or {@code
   * BL_CLIENT_CREDENTIALS}, {@code BL_WORKSPACE}, {@code BL_ENV}, {@code BL_API_URL}, {@code
   * BL_REGION}, {@code BL_SANDBOX_<NAME>_URL}; if they have no credentials or no workspace, by
   * Blaxel's own configuration file, {@code ~/.blaxel/config.yaml}.
   *
   * @throws dev.sandpiper.AuthenticationException if there are no credentials or no workspace, or
   *     the file cannot be read
   */
  public static BlaxelClient fromEnvironment() {
    return builder().build();
  }

  /**
   * A builder; options that are not set are read from the environment, then from Blaxel's
   * configuration file.
   */
  public static BlaxelClientBuilder builder() {
    return new BlaxelClientBuilder();
  }

  @Override
  public BlaxelSandbox create(SandboxSpec spec) {
    return create(BlaxelSandboxSpec.of(spec));
  }

  /**
   * Like {@link #create(SandboxSpec)}, with options specific to Blaxel.
   *
   * @throws dev.sandpiper.InvalidRequestException with status 409 if a sandbox of this name exists;
   *     one that is being deleted is waited for, at most thirty seconds
   */
  public BlaxelSandbox create(BlaxelSandboxSpec spec) {
    return create(spec, false);
  }

  /**
   * Opens the existing sandbox of this name unchanged, or creates one. Closing it kills it only if
   * this call created it; see {@link BlaxelSandbox#wasCreated()}.
   *
   * @throws IllegalArgumentException if the spec has no name
   */
  public BlaxelSandbox createIfAbsent(BlaxelSandboxSpec spec) {
    if (spec.name().isEmpty()) {
      throw new IllegalArgumentException("without a name nothing can be there already");
    }
    return create(spec, true);
  }

  private BlaxelSandbox create(BlaxelSandboxSpec spec, boolean ifAbsent) {
    requireNonNull(spec, "spec");
    account.created().requireOpen();
    Creation creation =
        new Creation(account.api(), spec, account.settings().region(), account.waits(), ifAbsent);
    BlaxelSandbox created =
        account
            .created()
            .create(
                creation.toString(),
                scope -> creation.create(scope, sandbox -> opened(sandbox, creation, spec, scope)));
    if (!created.wasCreated()) {
      account.created().remove(created.id());
    }
    return created;
  }

  private BlaxelSandbox opened(
      JsonNode sandbox, Creation creation, BlaxelSandboxSpec spec, CallScope scope) {
    return new BlaxelSandbox(
            SandboxJson.name(sandbox),
            new Readiness(account, scope).await(sandbox),
            creation.isOurs(sandbox),
            account)
        .requireSettable(spec.variables().keySet(), scope);
  }

  /**
   * {@inheritDoc} If the sandbox's record cannot be changed, for instance because it has secrets,
   * this connects all the same, and logs a warning that its time to live is unchanged.
   */
  @Override
  public BlaxelSandbox connect(String id) {
    return connect(id, DEFAULT_TIME_TO_LIVE, false);
  }

  /**
   * {@inheritDoc} Makes no request to the sandbox itself, because any would wake it.
   *
   * @throws dev.sandpiper.InvalidRequestException if it would end sooner and its time to live
   *     cannot be extended, see {@link BlaxelSandbox#expireIn}; with a time to live of zero,
   *     connecting succeeds
   */
  @Override
  public BlaxelSandbox connect(String id, Duration timeToLive) {
    return connect(id, timeToLive, true);
  }

  private BlaxelSandbox connect(String id, Duration timeToLive, boolean mustLive) {
    requireUsable(id);
    Durations.notNegative("the time to live", timeToLive, "to look only");
    JsonNode sandbox = account.api().look("connect", id);
    if (!SandboxJson.isAlive(sandbox)) {
      throw new SandboxNotRunningException(
          Failure.of("connect", id, "it is " + SandboxJson.status(sandbox)),
          SandboxJson.state(sandbox),
          null);
    }
    HttpUrl url =
        Readiness.url(account.settings(), sandbox)
            .orElseThrow(
                () ->
                    new PlatformException(
                        Failure.of("connect", id, "the platform does not say where it is")));
    BlaxelSandbox connected = new BlaxelSandbox(id, url, false, account);
    boolean endsTooSoon =
        SandboxJson.secondsLeft(sandbox).filter(left -> left < timeToLive.toSeconds()).isPresent();
    if (endsTooSoon) {
      prolong(connected, timeToLive, mustLive);
    }
    return connected;
  }

  private static void prolong(BlaxelSandbox sandbox, Duration timeToLive, boolean mustLive) {
    try {
      sandbox.expireIn(timeToLive);
    } catch (SandboxException e) {
      if (mustLive || e instanceof CancelledException) {
        throw e;
      }
      log.warn("sandbox {} ends at its own time: {}", sandbox.id(), e.getMessage());
    }
  }

  /**
   * {@inheritDoc} Also true while an earlier call is still deleting it: Blaxel's response is the
   * same.
   */
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

  /** Blaxel filters by neither label nor state, so every page is fetched and filtered here. */
  @Override
  public Pages<SandboxInfo> list(SandboxFilter filter) {
    requireNonNull(filter, "filter");
    account.created().requireOpen();
    return account.api().list(filter);
  }

  @Override
  public Set<Capability> capabilities() {
    return BlaxelSandbox.capabilities(account.output());
  }

  @Override
  public void close() {
    if (account.created().close()) {
      resources.close();
    }
  }
}
