package dev.sandpiper;

import java.time.Duration;
import java.util.Set;

/**
 * One account at one platform. Safe for use by many threads; make one and keep it.
 *
 * <p>The builders of the platforms take an {@code OkHttpClient} of yours, which is never shut down
 * here. Its settings are used, except those that could repeat a request, answer it from elsewhere,
 * or end it without saying which limit was exceeded:
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
 * <p>An exception of an interceptor or a listener that is not an {@code IOException} fails the call
 * with a {@link PlatformException}, after which the request may have had its effect.
 *
 * <p>A client that is garbage-collected without being closed, with everything that was opened
 * through it, is logged as a warning that names where it was built, and its connections and threads
 * are closed.
 */
public interface SandboxClient extends AutoCloseable {

  /**
   * Creates a sandbox and waits until it answers. Closing the sandbox kills it. If this fails, it
   * has left no sandbox behind, or the message says that this is unknown.
   */
  Sandbox create(SandboxSpec spec);

  /** {@link #connect(String, Duration)} with five minutes to live. */
  Sandbox connect(String id);

  /**
   * Connects to a sandbox, waking it if it sleeps. Closing it leaves it alone.
   *
   * @param timeToLive the least time to live from now; never shortens its life. Zero only looks:
   *     nothing is woken and nothing prolonged
   * @throws NotFoundException if there is none with this id
   */
  Sandbox connect(String id, Duration timeToLive);

  /**
   * Ends a sandbox without connecting to it.
   *
   * @return false if there is none with this id
   */
  boolean kill(String id);

  /**
   * The sandboxes of this account, newest first, fetched page by page while they are read. Needs
   * {@link Capability#LISTS}.
   */
  Pages<SandboxInfo> list(SandboxFilter filter);

  /** {@link #list(SandboxFilter)} without a filter. */
  default Pages<SandboxInfo> list() {
    return list(SandboxFilter.all());
  }

  /** The most that a sandbox of this platform can do; {@link Sandbox#capabilities()} is exact. */
  Set<Capability> capabilities();

  /**
   * Closes the connections and stops the client's threads. Kills no sandbox; those that it created
   * and that are still open are named in one warning.
   */
  @Override
  void close();
}
