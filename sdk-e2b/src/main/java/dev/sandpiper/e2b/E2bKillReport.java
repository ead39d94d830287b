package dev.sandpiper.e2b;

import dev.sandpiper.SandboxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The outcome for each sandbox that was to be killed, by id. Immutable. */
public final class E2bKillReport {
  private final Set<String> killed;
  private final Set<String> gone;
  private final Map<String, SandboxException> failed;

  E2bKillReport(Set<String> killed, Set<String> gone, Map<String, SandboxException> failed) {
    this.killed = Collections.unmodifiableSet(new LinkedHashSet<>(killed));
    this.gone = Collections.unmodifiableSet(new LinkedHashSet<>(gone));
    this.failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
  }

  /** The sandboxes that were killed. */
  public Set<String> killed() {
    return killed;
  }

  /** The sandboxes that had ended before. */
  public Set<String> gone() {
    return gone;
  }

  /** The sandboxes that may still be running, and why. */
  public Map<String, SandboxException> failed() {
    return failed;
  }

  @Override
  public String toString() {
    return "E2bKillReport[killed " + killed + ", gone " + gone + ", failed " + failed + "]";
  }
}
