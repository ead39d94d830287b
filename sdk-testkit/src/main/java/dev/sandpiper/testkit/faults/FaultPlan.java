package dev.sandpiper.testkit.faults;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All faults of a proxy, pending and injected. */
final class FaultPlan {
  private static final int MOST_LINES = 10;

  private final Queue<PlannedFault> all = new ConcurrentLinkedQueue<>();
  private final Set<String> lines = ConcurrentHashMap.newKeySet();

  private final String basePath;

  /**
   * @param basePath the path of the server's URL, which a request's text need not contain
   */
  FaultPlan(String basePath) {
    this.basePath = basePath;
  }

  void add(PlannedFault planned) {
    all.add(planned);
  }

  /** The oldest pending fault for such a request; null if there is none. */
  @Nullable PlannedFault take(String head) {
    String below = head.replaceFirst(" " + Pattern.quote(basePath) + "/", " /");
    remember(below);
    for (PlannedFault planned : all) {
      if ((planned.isMeantFor(head) || planned.isMeantFor(below)) && planned.tryTake())
        return planned;
    }
    return null;
  }

  /** Keeps the method and the path of a request, and the names in its query without the values. */
  private void remember(String head) {
    String line = head.lines().findFirst().orElse("");
    String words = line.replaceFirst(" HTTP/[0-9.]+$", "");
    if (lines.size() < MOST_LINES) lines.add(words.replaceAll("=[^&]*", "="));
  }

  /** The requests that have passed, for a message: different ones, up to a limit. */
  String passed() {
    if (lines.isEmpty()) return "no request passed";
    String most = lines.size() < MOST_LINES ? "" : ", and maybe others";
    return "the requests that passed: " + String.join(", ", new TreeSet<>(lines)) + most;
  }

  int injections() {
    return all.stream().mapToInt(PlannedFault::injections).sum();
  }

  List<PlannedFault> neverInjected() {
    return all.stream().filter(planned -> planned.injections() == 0).toList();
  }
}
