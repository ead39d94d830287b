package dev.sandpiper.testkit.e2b.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time to live of a sandbox, and what happens at its end.
 *
 * @param timeToLive as requested at creation
 * @param onTimeout how it is paused at its end; null if it is killed
 * @param autoResume whether a request to the paused sandbox resumes it
 */
public record Lifecycle(Duration timeToLive, @Nullable PauseMode onTimeout, boolean autoResume) {
  private static final Duration SHORTEST_AFTER_RESUME = Duration.ofMinutes(5);

  static Lifecycle killedAfter(Duration timeToLive) {
    return new Lifecycle(timeToLive, null, false);
  }

  /**
   * Reads {@code autoPause}, {@code autoPauseMemory} and {@code autoResume} of a create.
   *
   * @throws ApiException if they contradict each other
   */
  public static Lifecycle parse(ObjectNode body, Duration timeToLive) {
    boolean pauses = Bodies.flag(body, "autoPause", false);
    boolean memory = Bodies.flag(body, "autoPauseMemory", true);
    boolean resumes = autoResume(body.path("autoResume"));
    if (!memory && !pauses) {
      throw new ApiException(400, "autoPauseMemory can be false only with autoPause");
    }
    if (!memory && resumes) {
      throw new ApiException(400, "autoResume needs autoPauseMemory, which is false");
    }
    if (resumes && !pauses) throw new ApiException(400, "autoResume needs autoPause");
    return new Lifecycle(timeToLive, pauses ? PauseMode.keepingMemory(memory) : null, resumes);
  }

  private static boolean autoResume(JsonNode value) {
    if (Bodies.isAbsent(value)) return false;
    if (!value.path("enabled").isBoolean()) {
      throw new ApiException(400, "autoResume must be an object whose enabled is true or false");
    }
    return value.path("enabled").booleanValue();
  }

  /** The time to live of a sandbox that a request has resumed, whatever was set later. */
  public Duration afterAutoResume() {
    return timeToLive.compareTo(SHORTEST_AFTER_RESUME) < 0 ? SHORTEST_AFTER_RESUME : timeToLive;
  }

  public ObjectNode addTo(ObjectNode tree) {
    return tree.put("onTimeout", onTimeout == null ? "kill" : "pause")
        .put("autoResume", autoResume);
  }
}
