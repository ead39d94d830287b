package dev.sandpiper.pool;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The labels by which a sandbox names the pool that created it. They are set at creation and never
 * changed, so they do not show whether that pool is still open.
 *
 * @param owner the owner that the pool was built with
 * @param instance distinguishes the pools of one owner, in this JVM or others: see {@link
 *     SandboxPool#instance}
 * @param endsAt when a working pool has killed the sandbox at the latest, by the clock of its JVM
 */
public record PoolTag(String owner, String instance, Instant endsAt) {
  static final String OWNER = "sandpiper-pool";
  static final String INSTANCE = "sandpiper-pool-instance";
  static final String ENDS = "sandpiper-pool-ends";

  /** Characters that both platforms accept in a label and that need no quoting. */
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private static final Pattern EPOCH_SECONDS = Pattern.compile("[0-9]{1,11}");

  /** Allows for differing clocks and a slow kill. */
  private static final Duration SLACK = Duration.ofMinutes(5);

  public PoolTag {
    requireOwner(owner);
    requireNonNull(instance, "instance");
    requireNonNull(endsAt, "endsAt");
  }

  /** The tag in a sandbox's labels; empty unless all of its labels are present. */
  public static Optional<PoolTag> of(Map<String, String> labels) {
    String owner = labels.getOrDefault(OWNER, "");
    String instance = labels.getOrDefault(INSTANCE, "");
    String ends = labels.getOrDefault(ENDS, "");
    if (!isName(owner) || !isName(instance) || !EPOCH_SECONDS.matcher(ends).matches()) {
      return Optional.empty();
    }
    return Optional.of(new PoolTag(owner, instance, Instant.ofEpochSecond(Long.parseLong(ends))));
  }

  /**
   * True if the pool should have killed the sandbox more than five minutes ago, so it either ended
   * without doing so or failed to.
   */
  public boolean isOverdue(Instant now) {
    return now.isAfter(endsAt.plus(SLACK));
  }

  SandboxSpec on(SandboxSpec spec) {
    return spec.label(OWNER, owner)
        .label(INSTANCE, instance)
        .label(ENDS, Long.toString(endsAt.getEpochSecond()));
  }

  static String requireOwner(String owner) {
    if (!isName(owner)) {
      throw new IllegalArgumentException(
          "the owner of a pool must be 1 to 63 letters, digits, '.', '_' or '-', and begin and end"
              + " with a letter or digit: "
              + owner);
    }
    return owner;
  }

  private static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}
