package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a command ended and what it wrote.
 *
 * @param program the command's name in messages: its first word, never its arguments
 * @param exit how it ended
 * @param stdout its captured output; both outputs with {@link Command#mergeErrors()}
 * @param stderr its captured error output
 * @param duration from the request to the end, as measured by the client
 */
public record ExecResult(
    String program,
    ExitStatus exit,
    CapturedOutput stdout,
    CapturedOutput stderr,
    Duration duration)
    implements Serializable {
  private static final int QUOTED = 400;

  public ExecResult {
    requireNonNull(program, "program");
    requireNonNull(exit, "exit");
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
    requireNonNull(duration, "duration");
  }

  /**
   * This result if the command succeeded.
   *
   * @throws CommandFailedException with this result if it did not, or if that is unknown because
   *     the platform reports no exit status ({@link Capability#EXIT_STATUS})
   */
  public ExecResult orThrow() {
    if (exit.isSuccess()) {
      return this;
    }
    throw new CommandFailedException(this);
  }

  /** {@link CapturedOutput#text()} of {@link #stdout()}. */
  public String outText() {
    return stdout.text();
  }

  /** {@link CapturedOutput#text()} of {@link #stderr()}. */
  public String errText() {
    return stderr.text();
  }

  /**
   * The result as plain values, in this order: {@code program}, {@code exit} (text), {@code
   * exitCode} (null if there is none), {@code stdout} and {@code stderr} (text), {@code isComplete}
   * (false if a part of an output is missing, which its text then marks) and {@code seconds}. This
   * is what Jackson serializes.
   */
  @JsonValue
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("program", program);
    map.put("exit", exit.toString());
    map.put("exitCode", exit.code().isPresent() ? exit.code().getAsInt() : null);
    map.put("stdout", outText());
    map.put("stderr", errText());
    map.put("isComplete", stdout.isComplete() && stderr.isComplete());
    map.put("seconds", duration.toNanos() / 1e9);
    return map;
  }

  String lastWords() {
    String text = stderr.text().strip();
    return text.length() <= QUOTED ? text : "..." + text.substring(text.length() - QUOTED);
  }
}
