package dev.sandpiper.pool;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the labels of a sandbox say about the pool that created it. They are set at its creation and
 * never changed, so they cannot say whether that pool still lives.
 *
 * @param owner the name that the pool was given
 * @param instance what tells one pool of this owner from another, in this JVM or elsewhere: see
 *     {@link SandboxPool#instance}
 * @param endsAt when the pool, if it works, has killed the sandbox at the latest; by the clock of
 *     its JVM
 */
public record PoolTag(String owner, String instance, Instant endsAt) {
  static final String OWNER = "sandpiper-pool";
  static final String INSTANCE = "sandpiper-pool-instance";
  static final String ENDS = "sandpiper-pool-ends";

  /** What both platforms take as a label, and nobody has to quote. */
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private static final Pattern EPOCH_SECONDS = Pattern.compile("[0-9]{1,11}");

  /** For the clocks of two machines that differ, and a kill that takes its time. */
  private static final Duration SLACK = Duration.ofMinutes(5);

  public PoolTag {
    requireOwner(owner);
    requireNonNull(instance, "instance");
    requireNonNull(endsAt, "endsAt");
  }

  /** The tag among these labels of a sandbox; empty unless a pool has set all of it. */
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
   * True if the pool should have killed the sandbox more than five minutes ago, so that it has
   * either ended without doing so or could not do it.
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
