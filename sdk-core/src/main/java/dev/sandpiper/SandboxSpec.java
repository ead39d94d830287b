package dev.sandpiper;

import dev.sandpiper.http.Durations;
import dev.sandpiper.wire.SentText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to create a sandbox. Immutable; each method returns a changed copy. */
public final class SandboxSpec {
  private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);
  private static final SandboxSpec STANDARD =
      new SandboxSpec(null, Map.of(), Map.of(), DEFAULT_TIME_TO_LIVE);

  private final @Nullable String template;
  private final Map<String, String> environment;
  private final Map<String, String> labels;
  private final Duration timeToLive;

  private SandboxSpec(
      @Nullable String template,
      Map<String, String> environment,
      Map<String, String> labels,
      Duration timeToLive) {
    this.template = template;
    this.environment = environment;
    this.labels = labels;
    this.timeToLive = timeToLive;
  }

  /** The platform's own default image, with five minutes to live. */
  public static SandboxSpec standard() {
    return STANDARD;
  }

  /** Like {@link #standard()}, from this template or image. */
  public static SandboxSpec template(String name) {
    if (SentText.require("the template's name", name).isBlank()) {
      throw new IllegalArgumentException("the template's name is blank");
    }
    return new SandboxSpec(name, Map.of(), Map.of(), DEFAULT_TIME_TO_LIVE);
  }

  /**
   * Sets a variable for every process in the sandbox. A variable whose name is not a valid shell
   * identifier reaches only the commands that this library starts, and needs the same programs as
   * {@link Command#environment}; creating a sandbox without them fails with an {@link
   * InvalidRequestException}, and leaves no sandbox behind.
   *
   * @throws IllegalArgumentException if the name is empty or contains {@code =}, or the name or the
   *     value contains a NUL or an unpaired surrogate
   */
  public SandboxSpec environment(String name, String value) {
    Command.requireVariable(name, value);
    return new SandboxSpec(template, with(environment, name, value), labels, timeToLive);
  }

  /** Like {@link #environment(String, String)}, for each entry. */
  public SandboxSpec environment(Map<String, String> variables) {
    SandboxSpec spec = this;
    for (Map.Entry<String, String> each : variables.entrySet()) {
      spec = spec.environment(each.getKey(), each.getValue());
    }
    return spec;
  }

  /**
   * Labels the sandbox, so that {@link SandboxClient#list} can find it.
   *
   * @throws IllegalArgumentException if the name or the value contains a NUL or an unpaired
   *     surrogate
   */
  public SandboxSpec label(String name, String value) {
    requireLabel(name, value);
    return new SandboxSpec(template, environment, with(labels, name, value), timeToLive);
  }

  /** Like {@link #label}, for each entry. */
  public SandboxSpec labels(Map<String, String> labels) {
    SandboxSpec spec = this;
    for (Map.Entry<String, String> each : labels.entrySet()) {
      spec = spec.label(each.getKey(), each.getValue());
    }
    return spec;
  }

  /**
   * How long it runs unless extended. Rounded up to whole seconds.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public SandboxSpec timeToLive(Duration duration) {
    Duration checked =
        Durations.positive("the time to live", duration, "leave it out for five minutes");
    return new SandboxSpec(template, environment, labels, checked);
  }

  /** The template; empty for the platform's default. */
  public Optional<String> template() {
    return Optional.ofNullable(template);
  }

  public Map<String, String> environment() {
    return environment;
  }

  public Map<String, String> labels() {
    return labels;
  }

  public Duration timeToLive() {
    return timeToLive;
  }

  /** Template and time to live only, because variables may be secrets. */
  @Override
  public String toString() {
    return "SandboxSpec[" + template().orElse("standard") + ", " + timeToLive + "]";
  }

  static void requireLabel(String name, String value) {
    SentText.require("the name of a label", name);
    SentText.require("label " + name, value);
  }

  private static Map<String, String> with(Map<String, String> map, String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(map);
    all.put(name, value);
    return Map.copyOf(all);
  }
}
