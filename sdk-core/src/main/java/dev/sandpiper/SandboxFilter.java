package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which sandboxes to list: those that match every condition. Immutable; each method returns a
 * changed copy.
 */
public final class SandboxFilter {
  private static final SandboxFilter ALL = new SandboxFilter(Map.of(), null);

  private final Map<String, String> labels;
  private final SandboxInfo.@Nullable State state;

  private SandboxFilter(Map<String, String> labels, SandboxInfo.@Nullable State state) {
    this.labels = labels;
    this.state = state;
  }

  /** All sandboxes, running or paused. */
  public static SandboxFilter all() {
    return ALL;
  }

  /**
   * Only with this label.
   *
   * @throws IllegalArgumentException if one contains a NUL or an unpaired surrogate
   */
  public SandboxFilter label(String name, String value) {
    SandboxSpec.requireLabel(name, value);
    Map<String, String> all = new LinkedHashMap<>(labels);
    all.put(name, value);
    return new SandboxFilter(Map.copyOf(all), state);
  }

  /** Only in this state. */
  public SandboxFilter state(SandboxInfo.State wanted) {
    return new SandboxFilter(labels, requireNonNull(wanted, "wanted"));
  }

  /** True if {@code sandbox} matches every condition. */
  public boolean matches(SandboxInfo sandbox) {
    return sandbox.labels().entrySet().containsAll(labels.entrySet())
        && (state == null || state == sandbox.state());
  }

  public Map<String, String> labels() {
    return labels;
  }

  /** The wanted state; empty for any. */
  public Optional<SandboxInfo.State> state() {
    return Optional.ofNullable(state);
  }
}
