package dev.sandpiper.e2b;

import dev.sandpiper.http.Durations;
import dev.sandpiper.wire.SentText;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a URL to a file may be used. Immutable; each method returns a changed copy.
 *
 * @see E2bFilesystem#downloadUrl
 */
public final class E2bUrlOptions {
  private static final E2bUrlOptions UNLIMITED = new E2bUrlOptions(null, null);

  private final @Nullable Duration lifetime;
  private final @Nullable String user;

  private E2bUrlOptions(@Nullable Duration lifetime, @Nullable String user) {
    this.lifetime = lifetime;
    this.user = user;
  }

  /** Valid as long as the sandbox keeps its access token. */
  public static E2bUrlOptions unlimited() {
    return UNLIMITED;
  }

  /**
   * Valid for this long from now, to the second, by the clocks of this machine and of the sandbox.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static E2bUrlOptions expiringIn(Duration lifetime) {
    return new E2bUrlOptions(
        Durations.notNegative("the life of a URL", lifetime, "until this second is over"), null);
  }

  /** The owner of a file that the URL creates. Default: the sandbox's default user. */
  public E2bUrlOptions user(String name) {
    return new E2bUrlOptions(lifetime, SentText.require("the user", name));
  }

  public Optional<Duration> lifetime() {
    return Optional.ofNullable(lifetime);
  }

  public Optional<String> user() {
    return Optional.ofNullable(user);
  }
}
