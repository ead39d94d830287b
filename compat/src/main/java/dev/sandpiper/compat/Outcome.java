package dev.sandpiper.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What one client's program reported, and what is wrong with it. */
record Outcome(String client, Set<String> checked, long leftOut, List<String> faults) {

  /** Holds the report against the list of calls: each is checked, or left out with a reason. */
  Outcome held(Set<String> calls, Map<String, String> leftOut) {
    List<String> all = new ArrayList<>(faults);
    for (String call : calls) {
      boolean reported = checked.contains(call);
      if (reported && leftOut.containsKey(call)) all.add(fault(call, "is checked and left out"));
      if (!reported && !leftOut.containsKey(call) && !failed(call)) {
        all.add(fault(call, "is neither checked nor left out"));
      }
    }
    Set<String> unknown = new TreeSet<>(checked);
    unknown.removeAll(calls);
    unknown.forEach(call -> all.add(fault(call, "is not in the list of calls")));
    long count = calls.stream().filter(leftOut::containsKey).count();
    return new Outcome(client, checked, count, all);
  }

  private boolean failed(String call) {
    return faults.stream().anyMatch(fault -> fault.startsWith(fault(call, "")));
  }

  private String fault(String call, String what) {
    return "FAILED " + client + " " + call + ": " + what;
  }

  String summary() {
    String wrong = faults.isEmpty() ? "" : ", " + faults.size() + " failed";
    return "== "
        + client
        + ": "
        + checked.size()
        + " calls checked, "
        + leftOut
        + " left out"
        + wrong;
  }
}
