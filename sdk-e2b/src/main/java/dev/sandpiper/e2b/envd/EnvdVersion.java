package dev.sandpiper.e2b.envd;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.UnsupportedCapabilityException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of the daemon in a sandbox, compared part by part; anything after the third number is
 * ignored.
 */
public record EnvdVersion(int major, int minor, int patch) implements Comparable<EnvdVersion> {
  public static final EnvdVersion OLDEST_USABLE = new EnvdVersion(0, 1, 0);

  /** Before this version, stdin is always open, whether or not it was requested. */
  public static final EnvdVersion OPTIONAL_STDIN = new EnvdVersion(0, 3, 0);

  public static final EnvdVersion DEFAULT_USER = new EnvdVersion(0, 4, 0);
  public static final EnvdVersion CLOSABLE_STDIN = new EnvdVersion(0, 5, 2);
  public static final EnvdVersion RAW_UPLOADS = new EnvdVersion(0, 5, 7);
  public static final EnvdVersion RECURSIVE_WATCH = new EnvdVersion(0, 1, 4);
  public static final EnvdVersion FILE_METADATA = new EnvdVersion(0, 6, 2);
  public static final EnvdVersion WATCH_INFO = new EnvdVersion(0, 6, 3);
  public static final EnvdVersion NETWORK_WATCH = new EnvdVersion(0, 6, 4);
  public static final EnvdVersion NEWEST = new EnvdVersion(99, 99, 99);

  private static final Pattern TEXT = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

  /**
   * Parses a version such as {@code 0.6.13}.
   *
   * @throws IllegalArgumentException if {@code text} is not a version
   */
  public static EnvdVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a version: '" + text + "'");
    }
    return new EnvdVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /**
   * Rejects an option that a daemon of this version does not support, before anything is sent.
   *
   * @param feature the subject of "needs envd 1.2.3"
   */
  public void require(EnvdVersion needed, String operation, String subject, String feature) {
    if (isBefore(needed)) {
      throw new InvalidRequestException(tooOld(needed, operation, subject, feature));
    }
  }

  /** Like {@link #require}, but throws {@link UnsupportedCapabilityException}. */
  public void requireFor(
      Capability capability, EnvdVersion needed, String operation, String subject, String feature) {
    if (isBefore(needed)) {
      throw new UnsupportedCapabilityException(
          tooOld(needed, operation, subject, feature), capability);
    }
  }

  private Failure tooOld(EnvdVersion needed, String operation, String subject, String feature) {
    String observed =
        feature + " needs envd " + needed + ", the sandbox has " + this + "; rebuild its template";
    return Failure.of(operation, subject, observed);
  }

  public boolean isBefore(EnvdVersion other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(EnvdVersion other) {
    return Arrays.compare(
        new int[] {major, minor, patch}, new int[] {other.major, other.minor, other.patch});
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
