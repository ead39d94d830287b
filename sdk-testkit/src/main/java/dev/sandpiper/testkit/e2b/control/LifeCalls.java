package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.control.CreateRequest.Version;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.e2b.sandbox.Bodies;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.PauseMode;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Unenforced;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** The calls that set a sandbox's time to live, and pause and resume it. */
final class LifeCalls {
  private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(15);
  private static final Unenforced.Fields RESUME_FIELDS = fields("timeout", "memory");
  private static final Unenforced.Fields PAUSE_FIELDS = fields("memory", "requireHealthyGuest");

  private final Sandboxes sandboxes;

  LifeCalls(Sandboxes sandboxes) {
    this.sandboxes = sandboxes;
  }

  private static Unenforced.Fields fields(String... done) {
    return new Unenforced.Fields(Set.of(done), Map.of());
  }

  /** Extends the life of a running sandbox, or resumes a paused one. */
  void connect(Exchange exchange, String id, Version version) throws IOException {
    ObjectNode body = Bodies.read(exchange);
    boolean left = version == Version.SECOND && !body.hasNonNull("timeout");
    Duration asked =
        left ? Duration.ofSeconds(version.defaultSeconds) : Bodies.seconds(body, "timeout");
    Duration timeToLive = Sandboxes.bounded(asked);
    boolean memory = Bodies.flag(body, "memory", true);
    ApiException.throwIf(sandboxes.unenforced().refusal("", body, RESUME_FIELDS));
    LocalSandbox sandbox = sandboxes.get(id);
    boolean resumed = resume(sandbox, timeToLive, memory);
    if (!resumed) sandboxes.extendTo(sandbox, timeToLive);
    exchange.json(resumed ? 201 : 200, SandboxTrees.handle(sandbox));
  }

  /** The predecessor of connect, which current clients do not use. */
  void resume(Exchange exchange, String id) throws IOException {
    ObjectNode body = Bodies.read(exchange);
    Duration asked =
        body.hasNonNull("timeout")
            ? Bodies.seconds(body, "timeout")
            : Duration.ofSeconds(Version.FIRST.defaultSeconds);
    Duration timeToLive = Sandboxes.bounded(asked);
    boolean memory = Bodies.flag(body, "memory", true);
    ApiException.throwIf(sandboxes.unenforced().refusal("", body, RESUME_FIELDS));
    LocalSandbox sandbox = sandboxes.get(id);
    if (!resume(sandbox, timeToLive, memory)) {
      throw new ApiException(409, "sandbox \"" + id + "\" is running");
    }
    exchange.json(201, SandboxTrees.handle(sandbox));
  }

  private boolean resume(LocalSandbox sandbox, Duration timeToLive, boolean memory)
      throws IOException {
    LocalSandbox.Pause pause = sandbox.pause();
    if (pause == null) return false;
    if (memory && pause.mode() == PauseMode.FULL && pause.envdUnresponsive()) {
      throw new ApiException(
          409,
          "the daemon of sandbox \""
              + sandbox.id()
              + "\" did not answer when it was paused; resume it without its memory",
          "sandbox_snapshot_guest_agent_unresponsive");
    }
    return sandboxes.resume(sandbox, timeToLive, !memory);
  }

  void pause(Exchange exchange, String id) throws IOException {
    ObjectNode body = Bodies.read(exchange);
    PauseMode mode = PauseMode.keepingMemory(Bodies.flag(body, "memory", true));
    boolean healthy = Bodies.flag(body, "requireHealthyGuest", false);
    ApiException.throwIf(sandboxes.unenforced().refusal("", body, PAUSE_FIELDS));
    LocalSandbox sandbox = sandboxes.get(id);
    boolean answering = healthy || mode == PauseMode.FILESYSTEM;
    if (sandbox.pause() == null && answering && sandbox.envdDead()) {
      throw new ApiException(503, "the daemon of sandbox \"" + id + "\" does not answer");
    }
    if (!sandboxes.pause(sandbox, mode)) {
      throw new ApiException(409, "sandbox \"" + id + "\" is already paused");
    }
    exchange.answer(204);
  }

  void timeout(Exchange exchange, String id) throws IOException {
    Duration timeToLive = Bodies.seconds(Bodies.read(exchange), "timeout");
    sandboxes.expireIn(running(id), timeToLive);
    exchange.answer(204);
  }

  void refresh(Exchange exchange, String id) throws IOException {
    ObjectNode body = Bodies.read(exchange);
    Duration asked = body.has("duration") ? Bodies.seconds(body, "duration") : Duration.ZERO;
    if (asked.compareTo(Duration.ofHours(1)) > 0) {
      throw new ApiException(400, "duration must be at most 3600 seconds");
    }
    sandboxes.extendTo(
        running(id), asked.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : asked);
    exchange.answer(204);
  }

  private LocalSandbox running(String id) {
    LocalSandbox sandbox = sandboxes.get(id);
    if (sandbox.pause() != null) throw ApiException.notRunning(sandbox);
    return sandbox;
  }
}
