package dev.sandpiper.pool;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.pool.Reclaimed.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Kills the sandboxes left behind by pools of one owner. The list is only a hint, because some
 * platforms ignore its filter: each sandbox is looked up by id, and its own record decides.
 */
record Reclaim(SandboxClient client, String owner, Predicate<PoolTag> isAbandoned) {
  /** Bounds memory if a list never ends. */
  private static final int MOST = 10_000;

  /** Reads the whole list first, because killing would shift its pages. */
  List<Reclaimed> run() {
    List<String> ids =
        client.list(SandboxFilter.all().label(PoolTag.OWNER, owner)).stream()
            .filter(info -> ownTag(info).isPresent())
            .map(SandboxInfo::id)
            .distinct()
            .limit(MOST)
            .toList();
    return ids.stream().map(this::reclaim).toList();
  }

  private Optional<PoolTag> ownTag(SandboxInfo info) {
    return PoolTag.of(info.labels()).filter(tag -> tag.owner().equals(owner));
  }

  private Reclaimed reclaim(String id) {
    Optional<PoolTag> tag = Optional.empty();
    try {
      SandboxInfo info = look(id);
      tag = info.id().equals(id) ? ownTag(info) : Optional.empty();
      return new Reclaimed(id, decide(id, tag), tag, Optional.empty());
    } catch (NotFoundException e) {
      return new Reclaimed(id, Outcome.GONE, tag, Optional.empty());
    } catch (SandboxException e) {
      return new Reclaimed(id, Outcome.UNKNOWN, tag, Optional.of(e));
    }
  }

  /** Looks the sandbox up without waking it or extending its time to live. */
  private SandboxInfo look(String id) {
    try (Sandbox found = client.connect(id, Duration.ZERO)) {
      return found.info();
    }
  }

  private Outcome decide(String id, Optional<PoolTag> tag) {
    if (tag.isEmpty()) {
      return Outcome.NOT_OURS;
    }
    if (LivePools.has(tag.get().instance()) || !isAbandoned.test(tag.get())) {
      return Outcome.SPARED;
    }
    return client.kill(id) ? Outcome.KILLED : Outcome.GONE;
  }
}
