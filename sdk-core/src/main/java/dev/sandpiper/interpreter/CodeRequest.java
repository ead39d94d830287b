package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.http.Durations;
import dev.sandpiper.wire.SentText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The code to run, with options. Immutable; each method returns a modified copy. */
public final class CodeRequest {
  private static final int DEFAULT_CAPTURE = 4 << 20;
  private static final int LEAST_CAPTURE = 2;
  private static final int MOST_CAPTURE = 1 << 30;
  private static final int DEFAULT_RESULTS = 100;

  private final String code;
  private final Options options;

  /** Modified only between being copied and being passed to a new request. */
  private static final class Options {
    @Nullable String language;
    @Nullable String contextId;
    Map<String, String> environment = Map.of();
    @Nullable Duration timeout;
    int captureBytes = DEFAULT_CAPTURE;
    int mostResults = DEFAULT_RESULTS;

    Options copy() {
      Options copy = new Options();
      copy.language = language;
      copy.contextId = contextId;
      copy.environment = environment;
      copy.timeout = timeout;
      copy.captureBytes = captureBytes;
      copy.mostResults = mostResults;
      return copy;
    }
  }

  private CodeRequest(String code, Options options) {
    this.code = code;
    this.options = options;
  }

  /** Code for the service's default context, which is a Python context. */
  public static CodeRequest of(String code) {
    return new CodeRequest(SentText.requireUnicode("the code", code), new Options());
  }

  /**
   * Runs the code in the service's context for this language, which is started if necessary.
   *
   * @throws IllegalArgumentException if it is blank, or a context is set, which has its own
   *     language
   */
  public CodeRequest language(String name) {
    requireLanguage(name);
    if (options.contextId != null) {
      throw bothSet();
    }
    return with(changed -> changed.language = name);
  }

  /** {@link #contextId} with the id of this context. */
  public CodeRequest context(CodeContext context) {
    return contextId(context.id());
  }

  /**
   * Runs the code in this context.
   *
   * @throws IllegalArgumentException if it is blank, or a language is set: the context has its own
   */
  public CodeRequest contextId(String id) {
    if (SentText.require("the context's id", id).isBlank()) {
      throw new IllegalArgumentException("the context's id must not be blank");
    }
    if (options.language != null) {
      throw bothSet();
    }
    return with(changed -> changed.contextId = id);
  }

  /**
   * Sets a variable for this run. The service inserts name and value into source code without
   * escaping them, so only values that need no escaping are accepted.
   *
   * @throws IllegalArgumentException if the name has anything but letters, digits and underscores,
   *     or the value has a quote, a backslash or a control character. The message does not repeat
   *     the value
   */
  public CodeRequest environment(String name, String value) {
    SplicedText.requireName(name);
    SplicedText.require(
        "the value of " + name, value, "set it for the sandbox, or write it into a file");
    Map<String, String> all = new LinkedHashMap<>(options.environment);
    all.put(name, value);
    return with(changed -> changed.environment = Map.copyOf(all));
  }

  /**
   * The run's deadline, including the wait for the context. Default: no deadline beyond the
   * client's limits.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public CodeRequest timeout(Duration limit) {
    Duration checked = Durations.positive("the timeout", limit, "leave it out for no timeout");
    return with(changed -> changed.timeout = checked);
  }

  /**
   * How many bytes of each output {@link Execution} keeps, half from the beginning and half from
   * the end. Default: 4 MiB. A listener receives everything.
   *
   * @throws IllegalArgumentException if it is below 2 or above 1 GiB
   */
  public CodeRequest captureBytes(int bytes) {
    if (bytes < LEAST_CAPTURE || bytes > MOST_CAPTURE) {
      throw new IllegalArgumentException(
          "captureBytes must be " + LEAST_CAPTURE + " to " + MOST_CAPTURE + ": " + bytes);
    }
    return with(changed -> changed.captureBytes = bytes);
  }

  /**
   * How many results {@link Execution} keeps, beginning with the first. Default: 100. A listener
   * receives all.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public CodeRequest mostResults(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("mostResults must not be negative: " + count);
    }
    return with(changed -> changed.mostResults = count);
  }

  public String code() {
    return code;
  }

  /** Empty for Python, or for the context's own language. */
  public Optional<String> language() {
    return Optional.ofNullable(options.language);
  }

  /** Empty for the service's context for the language. */
  public Optional<String> contextId() {
    return Optional.ofNullable(options.contextId);
  }

  public Map<String, String> environment() {
    return options.environment;
  }

  public Optional<Duration> timeout() {
    return Optional.ofNullable(options.timeout);
  }

  public int captureBytes() {
    return options.captureBytes;
  }

  public int mostResults() {
    return options.mostResults;
  }

  private CodeRequest with(Consumer<Options> change) {
    Options changed = options.copy();
    change.accept(changed);
    return new CodeRequest(code, changed);
  }

  static String requireLanguage(String name) {
    requireNonNull(name, "name");
    if (SentText.require("the language", name).isBlank()) {
      throw new IllegalArgumentException("the language must not be blank");
    }
    return name;
  }

  private static IllegalArgumentException bothSet() {
    return new IllegalArgumentException(
        "set a language or a context, not both: a context has its own language");
  }

  /** The context and the length of the code; neither the code nor its variables. */
  @Override
  public String toString() {
    String where = language().or(this::contextId).orElse("default");
    return "CodeRequest[" + where + ", " + code.length() + " characters]";
  }
}
