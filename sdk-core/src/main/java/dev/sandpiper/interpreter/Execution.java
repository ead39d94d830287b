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
 * What a run gave. {@link CodeInterpreter#runCode} returns it only if the service reported the end
 * of the run; what is in an exception is what had arrived until then. Immutable; {@code with}
 * methods return a changed copy.
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
   * @param duration from the request to the end, as the caller saw it
   */
  public static Execution of(
      List<CodeResult> results, CapturedOutput stdout, CapturedOutput stderr, Duration duration) {
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
    requireNonNull(duration, "duration");
    return new Execution(
        new Facts(List.copyOf(results), 0, stdout, stderr, null, null, duration, true));
  }

  /** With what the code raised. */
  public Execution withError(CodeError error) {
    return with(facts.resultsLeftOut, error, facts.executionCount, facts.complete);
  }

  /** With its number in its context. */
  public Execution withExecutionCount(int count) {
    return with(facts.resultsLeftOut, facts.error, count, facts.complete);
  }

  /** With the number of results that came and were not kept. */
  public Execution withResultsLeftOut(int count) {
    return with(count, facts.error, facts.executionCount, facts.complete);
  }

  /** The same as what there is of a run whose end is not known. */
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

  /** The results in the order in which they came, up to {@link CodeRequest#mostResults}. */
  public List<CodeResult> results() {
    return facts.results;
  }

  /** How many results came that are not in {@link #results()}, by its bounds. */
  public int resultsLeftOut() {
    return facts.resultsLeftOut;
  }

  /** What was kept of what the code printed, up to {@link CodeRequest#captureBytes}. */
  public CapturedOutput stdout() {
    return facts.stdout;
  }

  /** What was kept of its errors. */
  public CapturedOutput stderr() {
    return facts.stderr;
  }

  /** What the code raised, if it did; the first one if the service reported several. */
  public Optional<CodeError> error() {
    return Optional.ofNullable(facts.error);
  }

  /** The number of this run in its context, if the service said it. */
  public OptionalInt executionCount() {
    return facts.executionCount == null
        ? OptionalInt.empty()
        : OptionalInt.of(facts.executionCount);
  }

  /** From the request to the end, as the caller saw it. */
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

  /** How it ended, and sizes; never its content. */
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
