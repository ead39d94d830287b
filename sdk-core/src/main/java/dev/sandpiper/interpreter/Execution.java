package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.sandpiper.CapturedOutput;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The results and output of a run. {@link CodeInterpreter#runCode} returns one only if the service
 * reported the end of the run; one in an exception contains what had arrived so far. Immutable;
 * {@code with} methods return a modified copy.
 */
public final class Execution implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Facts facts;

  private record Facts(
      List<CodeResult> results,
      int resultsLeftOut,
      CapturedOutput stdout,
      CapturedOutput stderr,
      @Nullable CodeError error,
      @Nullable Integer executionCount,
      Duration duration,
      boolean complete)
      implements Serializable {}

  private Execution(Facts facts) {
    this.facts = facts;
  }

  /**
   * A run that ended without an error.
   *
   * @param duration from the request to the end, measured by the client
   */
  public static Execution of(
      List<CodeResult> results, CapturedOutput stdout, CapturedOutput stderr, Duration duration) {
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
    requireNonNull(duration, "duration");
    return new Execution(
        new Facts(List.copyOf(results), 0, stdout, stderr, null, null, duration, true));
  }

  /** With the error that the code raised. */
  public Execution withError(CodeError error) {
    return with(facts.resultsLeftOut, error, facts.executionCount, facts.complete);
  }

  /** With its number in its context. */
  public Execution withExecutionCount(int count) {
    return with(facts.resultsLeftOut, facts.error, count, facts.complete);
  }

  /** With the number of results that were received but not kept. */
  public Execution withResultsLeftOut(int count) {
    return with(count, facts.error, facts.executionCount, facts.complete);
  }

  /** The same, marked as the partial result of a run whose end was not reported. */
  public Execution asPartial() {
    return with(facts.resultsLeftOut, facts.error, facts.executionCount, false);
  }

  private Execution with(
      int leftOut, @Nullable CodeError error, @Nullable Integer count, boolean complete) {
    return new Execution(
        new Facts(
            facts.results,
            leftOut,
            facts.stdout,
            facts.stderr,
            error,
            count,
            facts.duration,
            complete));
  }

  /** True if the service reported the end of the run. */
  public boolean isComplete() {
    return facts.complete;
  }

  /** The results in order of arrival, up to {@link CodeRequest#mostResults}. */
  public List<CodeResult> results() {
    return facts.results;
  }

  /** How many results were received that are not in {@link #results()}, because of its limit. */
  public int resultsLeftOut() {
    return facts.resultsLeftOut;
  }

  /** The captured standard output, up to {@link CodeRequest#captureBytes}. */
  public CapturedOutput stdout() {
    return facts.stdout;
  }

  /** The captured standard error. */
  public CapturedOutput stderr() {
    return facts.stderr;
  }

  /** The error that the code raised, if any; the first if the service reported several. */
  public Optional<CodeError> error() {
    return Optional.ofNullable(facts.error);
  }

  /** The number of this run in its context, if the service reported it. */
  public OptionalInt executionCount() {
    return facts.executionCount == null
        ? OptionalInt.empty()
        : OptionalInt.of(facts.executionCount);
  }

  /** From the request to the end, measured by the client. */
  public Duration duration() {
    return facts.duration;
  }

  /** The value of the last expression as text, if it has one. */
  public Optional<String> text() {
    return facts.results.stream().filter(CodeResult::isMain).findFirst().flatMap(CodeResult::text);
  }

  /**
   * This execution if it is complete and raised no error.
   *
   * @throws CodeFailedException with this execution otherwise
   */
  public Execution orThrow() {
    if (facts.complete && facts.error == null) {
      return this;
    }
    throw new CodeFailedException(this);
  }

  /**
   * The execution as plain values, in this order: {@code text} (null if there is none), {@code
   * results} (the formats of each, with their texts and without bytes), {@code stdout}, {@code
   * stderr}, {@code error} (null, or {@code name}, {@code value} and {@code traceback} without
   * escape sequences), {@code executionCount}, {@code isComplete} and {@code seconds}. This is what
   * Jackson serializes.
   */
  @JsonValue
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("text", text().orElse(null));
    map.put("results", facts.results.stream().map(Execution::texts).toList());
    map.put("stdout", facts.stdout.text());
    map.put("stderr", facts.stderr.text());
    map.put("error", facts.error == null ? null : plain(facts.error));
    map.put("executionCount", facts.executionCount);
    map.put("isComplete", facts.complete);
    map.put("seconds", facts.duration.toNanos() / 1e9);
    return map;
  }

  private static Map<String, @Nullable Object> texts(CodeResult result) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (ResultFormat format : result.formats()) {
      map.put(format.wireName(), format.isBinary() ? null : result.content(format).orElse(null));
    }
    return map;
  }

  private static Map<String, String> plain(CodeError error) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("name", error.name());
    map.put("value", error.value());
    map.put("traceback", error.plainTraceback());
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Execution that && facts.equals(that.facts);
  }

  @Override
  public int hashCode() {
    return facts.hashCode();
  }

  /** The outcome and sizes; never the content. */
  @Override
  public String toString() {
    String end = facts.complete ? "ended" : "not known to have ended";
    String raised = facts.error == null ? "" : ", " + facts.error.name();
    return "Execution["
        + end
        + raised
        + ", results="
        + facts.results
        + ", stdout="
        + facts.stdout
        + ", stderr="
        + facts.stderr
        + "]";
  }
}
