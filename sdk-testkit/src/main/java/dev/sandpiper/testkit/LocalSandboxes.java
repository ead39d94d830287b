package dev.sandpiper.testkit;

import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.e2b.E2bServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sandboxes on this machine, behind the platforms' real wire formats: for tests and first steps
 * without an account.
 *
 * <p>The servers run in this JVM and listen on loopback only. Each sandbox has a directory of its
 * own, which is its home, and its commands are real processes of this machine's user: <b>there is
 * no isolation</b>, so run nothing here that you would not run in your own shell. Requests need the
 * key and the tokens that the servers hand out; what a web page could send is refused.
 *
 * <p>Works on Linux and macOS. How a command ended is known exactly where {@code perl} is
 * installed; without it a death by a signal looks like an ordinary exit with 128 plus the signal's
 * number, as it does to a shell. Thread-safe.
 */
public final class LocalSandboxes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalSandboxes.class);

  private final E2bServer e2b;
  private final Thread atShutdown;

  private LocalSandboxes(E2bServer e2b) {
    this.e2b = e2b;
    this.atShutdown = new Thread(e2b::close, "sandpiper-local-at-shutdown");
  }

  /** Starts the servers with E2B's two standard templates. The caller closes them. */
  public static LocalSandboxes start() {
    return start(Set.of("base", "code-interpreter-v1"));
  }

  /**
   * Starts the servers. The caller closes them.
   *
   * @param templates the names that a sandbox can be created from; they all give the same machine,
   *     this one
   * @throws UnsupportedOperationException on Windows
   */
  public static LocalSandboxes start(Set<String> templates) {
    if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
      throw new UnsupportedOperationException(
          "local sandboxes need Linux or macOS: on Windows, run them inside WSL");
    }
    try {
      LocalSandboxes sandboxes = new LocalSandboxes(E2bServer.start(templates));
      Runtime.getRuntime().addShutdownHook(sandboxes.atShutdown);
      return sandboxes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the local sandboxes", e);
    }
  }

  /**
   * What an E2B client finds the server by: {@code E2B_API_KEY}, {@code E2B_API_URL} and {@code
   * E2B_SANDBOX_URL}. The key is valid for this server only.
   */
  public Map<String, String> e2bEnvironment() {
    return e2b.environment();
  }

  /** A client of the embedded E2B. The caller closes it. */
  public E2bClient e2bClient() {
    return E2bClient.builder().environment(e2bEnvironment()).build();
  }

  /**
   * Kills every process of every sandbox, deletes their directories and stops the servers. Blocks
   * until that is done; closing twice is harmless. A JVM that is asked to end does so by itself.
   */
  @Override
  public void close() {
    e2b.close();
    try {
      Runtime.getRuntime().removeShutdownHook(atShutdown);
    } catch (IllegalStateException e) {
      log.debug("closed while the JVM ends", e);
    }
  }
}
