package dev.sandpiper;

import java.time.Duration;
import java.util.Set;

/**
 * A client for one account on one platform. Safe for use by many threads; create one and share it.
 *
 * <p>The builders of the platforms accept your own {@code OkHttpClient}, which this client never
 * shuts down. Its settings are used, except those that could repeat a request, serve it from
 * elsewhere, or end it without reporting which limit was exceeded:
 *
 * <table>
 *   <caption>What is used of an OkHttpClient</caption>
 *   <tr><th>Used as it is</th><td>interceptors, network interceptors, event listeners, connection
 *     pool, DNS, proxy, proxy selector, proxy authenticator (for {@code https}), socket factories,
 *     certificates, certificate pinner, host name verifier, connection specs, fast fallback, ping
 *     interval</td></tr>
 *   <tr><th>Switched off</th><td>cache, cookies, retries on connection failures, redirects,
 *     authenticator</td></tr>
 *   <tr><th>Replaced by the builder's options</th><td>connect, read, write and call timeouts,
 *     protocols</td></tr>
 *   <tr><th>Without effect</th><td>the dispatcher's limits and executor, because calls run on the
 *     threads of their callers; options of web sockets</td></tr>
 * </table>
 *
 * <p>If an interceptor or a listener throws anything but an {@code IOException}, the call fails
 * with a {@link PlatformException}; the request may have had its effect.
 *
 * <p>If a client, with everything that was opened through it, is garbage-collected without being
 * closed, a warning is logged that names where it was built, its connections are closed and its
 * threads are stopped.
 */
public interface SandboxClient extends AutoCloseable {

  /**
   * Creates a sandbox and waits until it is ready. Closing the sandbox kills it. If this fails, no
   * sandbox is left behind, or the message says that this is unknown.
   */
  Sandbox create(SandboxSpec spec);

  /** Like {@link #connect(String, Duration)}, with five minutes to live. */
  Sandbox connect(String id);

  /**
   * Connects to a sandbox, waking it if it sleeps. Closing it leaves it running.
   *
   * @param timeToLive the minimum time to live from now; never shortens its life. With zero the
   *     sandbox is neither woken nor prolonged
   * @throws NotFoundException if there is no sandbox with this id
   */
  Sandbox connect(String id, Duration timeToLive);

  /**
   * Ends a sandbox without connecting to it.
   *
   * @return false if there is no sandbox with this id
   */
  boolean kill(String id);

  /**
   * The sandboxes of this account, newest first, fetched page by page as they are read. Needs
   * {@link Capability#LISTS}.
   */
  Pages<SandboxInfo> list(SandboxFilter filter);

  /** {@link #list(SandboxFilter)} without a filter. */
  default Pages<SandboxInfo> list() {
    return list(SandboxFilter.all());
  }

  /** All that a sandbox of this platform may have; {@link Sandbox#capabilities()} is exact. */
  Set<Capability> capabilities();

  /**
   * Closes the connections and stops the client's threads. Does not kill sandboxes; those that it
   * created and that are still open are named in one warning.
   */
  @Override
  void close();
}
