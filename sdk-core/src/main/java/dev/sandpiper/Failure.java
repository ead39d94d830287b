package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a failed operation. Texts that came from a platform are cleaned of control
 * characters and cut, so that they can be logged.
 *
 * @param operation the verb, such as {@code exec} or {@code create}
 * @param subject what it was about, such as a path or a sandbox's id; never a secret
 * @param observed what happened and, where there is something to do, what to do
 * @param status the HTTP status, if there was one
 * @param code the platform's own code, if it gave one
 * @param requestId the platform's name for the request, if it gave one
 * @param retryable true if the same call may be made again without doing anything twice
 */
public record Failure(
    String operation,
    String subject,
    String observed,
    OptionalInt status,
    Optional<String> code,
    Optional<String> requestId,
    boolean retryable)
    implements Serializable {
  private static final int LONGEST_SUBJECT = 200;
  private static final int LONGEST_OBSERVATION = 600;

  public Failure {
    requireNonNull(operation, "operation");
    subject = printable(subject, LONGEST_SUBJECT);
    observed = printable(observed, LONGEST_OBSERVATION);
    requireNonNull(status, "status");
    code = code.map(text -> printable(text, LONGEST_SUBJECT));
    requestId = requestId.map(text -> printable(text, LONGEST_SUBJECT));
  }

  /** A failure without a platform's answer, not to be repeated blindly. */
  public static Failure of(String operation, String subject, String observed) {
    return new Failure(
        operation,
        subject,
        observed,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  public Failure withObserved(String text) {
    return new Failure(operation, subject, text, status, code, requestId, retryable);
  }

  public Failure withStatus(int httpStatus) {
    return new Failure(
        operation, subject, observed, OptionalInt.of(httpStatus), code, requestId, retryable);
  }

  public Failure withCode(String platformCode) {
    return new Failure(
        operation, subject, observed, status, Optional.of(platformCode), requestId, retryable);
  }

  public Failure withRequestId(String id) {
    return new Failure(operation, subject, observed, status, code, Optional.of(id), retryable);
  }

  public Failure withRetryable(boolean repeatable) {
    return new Failure(operation, subject, observed, status, code, requestId, repeatable);
  }

  /** One line: {@code exec python3: the sandbox is gone (502 unavailable, request 7f3a)}. */
  public String message() {
    StringBuilder facts = new StringBuilder();
    status.ifPresent(facts::append);
    code.ifPresent(text -> facts.append(facts.isEmpty() ? "" : " ").append(text));
    requestId.ifPresent(
        id -> facts.append(facts.isEmpty() ? "" : ", ").append("request ").append(id));
    String head = subject.isEmpty() ? operation : operation + " " + subject;
    return head + ": " + observed + (facts.isEmpty() ? "" : " (" + facts + ")");
  }

  /** An {@code Optional} is not serializable. */
  private Object writeReplace() {
    Integer number = status.isPresent() ? status.getAsInt() : null;
    return new Written(
        operation, subject, observed, number, code.orElse(null), requestId.orElse(null), retryable);
  }

  private record Written(
      String operation,
      String subject,
      String observed,
      @Nullable Integer status,
      @Nullable String code,
      @Nullable String requestId,
      boolean retryable)
      implements Serializable {
    private Object readResolve() {
      return new Failure(
          operation,
          subject,
          observed,
          status == null ? OptionalInt.empty() : OptionalInt.of(status),
          Optional.ofNullable(code),
          Optional.ofNullable(requestId),
          retryable);
    }
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

  /** False also for what would end a line, or turn the direction of writing round. */
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
