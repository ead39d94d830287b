package dev.sandpiper.testkit.faults;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All faults of a proxy, pending and injected. */
final class FaultPlan {
  private final Queue<PlannedFault> all = new ConcurrentLinkedQueue<>();

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
    for (PlannedFault planned : all) {
      if ((planned.isMeantFor(head) || planned.isMeantFor(below)) && planned.tryTake())
        return planned;
    }
    return null;
  }

  int injections() {
    return all.stream().mapToInt(PlannedFault::injections).sum();
  }

  List<PlannedFault> neverInjected() {
    return all.stream().filter(planned -> planned.injections() == 0).toList();
  }
}
