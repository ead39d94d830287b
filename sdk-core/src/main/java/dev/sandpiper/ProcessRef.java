package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies one process permanently, in this JVM or another: {@link #parse} is the inverse of
 * {@link #toString()}.
 *
 * @param platform the provider that created it, such as {@code e2b}
 * @param sandboxId the sandbox it runs in
 * @param processId the platform's own id for it in that sandbox; platforms reuse these
 * @param nonce distinguishes this process from a later one with the same {@code processId}
 */
public record ProcessRef(String platform, String sandboxId, String processId, String nonce)
    implements Serializable {
  private static final String PART = "[A-Za-z0-9._-]{1,128}";
  private static final Pattern TEXT =
      Pattern.compile("(" + PART + "):(" + PART + ")/(" + PART + ")/(" + PART + ")");

  public ProcessRef {
    requirePart("platform", platform);
    requirePart("sandboxId", sandboxId);
    requirePart("processId", processId);
    requirePart("nonce", nonce);
  }

  /**
   * Parses the result of {@link #toString()}.
   *
   * @throws IllegalArgumentException if {@code text} is something else
   */
  public static ProcessRef parse(String text) {
    Matcher matcher = TEXT.matcher(requireNonNull(text, "text"));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a process reference has the form platform:sandbox/process/nonce; this one has "
              + text.length()
              + " characters and does not");
    }
    return new ProcessRef(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
  }

  private static void requirePart(String name, String value) {
    if (!requireNonNull(value, name).matches(PART)) {
      throw new IllegalArgumentException(
          name + " must be 1 to 128 characters of A-Z a-z 0-9 . _ -");
    }
  }

  @Override
  public String toString() {
    return platform + ":" + sandboxId + "/" + processId + "/" + nonce;
  }
}
