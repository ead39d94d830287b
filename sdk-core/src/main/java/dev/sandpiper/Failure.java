package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a failed operation. Immutable; each method returns a changed copy. Texts from
 * a platform are stripped of control characters and truncated, so that they can be logged.
 */
public final class Failure implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_SUBJECT = 200;
  private static final int LONGEST_OBSERVATION = 600;

  private final Facts facts;

  private record Facts(
      String operation,
      String subject,
      String observed,
      @Nullable Integer status,
      @Nullable String code,
      @Nullable String requestId,
      boolean retryable)
      implements Serializable {
    Facts {
      requireNonNull(operation, "operation");
      subject = printable(subject, LONGEST_SUBJECT);
      observed = printable(observed, LONGEST_OBSERVATION);
      code = code == null ? null : printable(code, LONGEST_SUBJECT);
      requestId = requestId == null ? null : printable(requestId, LONGEST_SUBJECT);
    }
  }

  private Failure(Facts facts) {
    this.facts = facts;
  }

  /**
   * A failure without a response of the platform, not to be retried blindly.
   *
   * @param operation the verb, such as {@code exec} or {@code create}
   * @param subject what it was applied to, such as a path or a sandbox's id; never a secret
   * @param observed what happened and, where there is something to do, what to do
   */
  public static Failure of(String operation, String subject, String observed) {
    return new Failure(new Facts(operation, subject, observed, null, null, null, false));
  }

  /** This failure of a step, reported as the failure of the whole operation. */
  public Failure withOperation(String verb, String subject) {
    return new Failure(
        new Facts(
            verb,
            subject,
            facts.observed,
            facts.status,
            facts.code,
            facts.requestId,
            facts.retryable));
  }

  public Failure withObserved(String text) {
    return with(text, facts.status, facts.code, facts.requestId, facts.retryable);
  }

  public Failure withStatus(int httpStatus) {
    return with(facts.observed, httpStatus, facts.code, facts.requestId, facts.retryable);
  }

  public Failure withCode(String platformCode) {
    requireNonNull(platformCode, "platformCode");
    return with(facts.observed, facts.status, platformCode, facts.requestId, facts.retryable);
  }

  public Failure withRequestId(String id) {
    requireNonNull(id, "id");
    return with(facts.observed, facts.status, facts.code, id, facts.retryable);
  }

  public Failure withRetryable(boolean repeatable) {
    return with(facts.observed, facts.status, facts.code, facts.requestId, repeatable);
  }

  private Failure with(
      String observed,
      @Nullable Integer status,
      @Nullable String code,
      @Nullable String requestId,
      boolean retryable) {
    return new Failure(
        new Facts(facts.operation, facts.subject, observed, status, code, requestId, retryable));
  }

  /** The verb, such as {@code exec} or {@code create}. */
  public String operation() {
    return facts.operation;
  }

  /** What it was applied to, such as a path or a sandbox's id. */
  public String subject() {
    return facts.subject;
  }

  /** What happened and, where there is something to do, what to do. */
  public String observed() {
    return facts.observed;
  }

  /** The HTTP status, if there was one. */
  public OptionalInt status() {
    return facts.status == null ? OptionalInt.empty() : OptionalInt.of(facts.status);
  }

  /** The platform's own code, if it gave one. */
  public Optional<String> code() {
    return Optional.ofNullable(facts.code);
  }

  /** The platform's id of the request, if it gave one. */
  public Optional<String> requestId() {
    return Optional.ofNullable(facts.requestId);
  }

  /** True if the same call may be made again without doing anything twice. */
  public boolean retryable() {
    return facts.retryable;
  }

  /** One line: {@code exec python3: the sandbox is gone (502 unavailable, request 7f3a)}. */
  public String message() {
    StringBuilder answer = new StringBuilder();
    status().ifPresent(answer::append);
    code().ifPresent(text -> answer.append(answer.isEmpty() ? "" : " ").append(text));
    requestId()
        .ifPresent(id -> answer.append(answer.isEmpty() ? "" : ", ").append("request ").append(id));
    String head = subject().isEmpty() ? operation() : operation() + " " + subject();
    return head + ": " + observed() + (answer.isEmpty() ? "" : " (" + answer + ")");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Failure that && facts.equals(that.facts);
  }

  @Override
  public int hashCode() {
    return facts.hashCode();
  }

  /** {@link #message()}. */
  @Override
  public String toString() {
    return message();
  }

  private static String printable(String text, int longest) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), longest) + 3);
    text.codePoints()
        .limit(longest)
        .map(point -> isPrintable(point) ? point : ' ')
        .forEach(clean::appendCodePoint);
    if (text.codePointCount(0, text.length()) > longest) {
      clean.append("...");
    }
    return clean.toString().strip();
  }

  /** Also false for characters that end a line or change the text direction. */
  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
