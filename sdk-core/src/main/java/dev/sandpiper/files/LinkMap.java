package dev.sandpiper.files;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The links of a directory that is being copied here. None is made before everything else is: so
 * nothing can be written through one. Where each leads is worked out as the system would, through
 * the others, because a harmless {@code ..} behind a link is none.
 */
final class LinkMap {
  private static final int LONGEST_CHAIN = 40;

  /** All names and targets together, in characters. */
  private static final long MOST_TEXT = 16 << 20;

  private final Map<String, String> targets = new LinkedHashMap<>();
  private long text;

  /** Remembers a link; both are relative text with slashes. */
  void add(String name, String target) throws TarFormatException {
    text += name.length() + target.length();
    if (text > MOST_TEXT) {
      throw new TarFormatException("too many links in the archive");
    }
    if (targets.put(name, target) != null) {
      throw new TarFormatException("two entries of one name in the archive: " + name);
    }
  }

  boolean contains(String name) {
    return targets.containsKey(name);
  }

  Map<String, String> all() {
    return targets;
  }

  /** True if following the link would leave the directory. One that goes in a circle does not. */
  boolean leadsOut(String name) {
    Deque<String> at = new ArrayDeque<>(List.of(name.split("/", -1)));
    at.removeLast();
    return !follow(at, targets.getOrDefault(name, ""), new int[] {LONGEST_CHAIN});
  }

  /** Goes on from {@code at}; false as soon as that is outside. */
  private boolean follow(Deque<String> at, String target, int[] left) {
    if (target.startsWith("/")) {
      return false;
    }
    for (String part : target.split("/", -1)) {
      if (part.equals("..")) {
        if (at.pollLast() == null) {
          return false;
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        at.addLast(part);
        String next = targets.get(String.join("/", at));
        if (next != null) {
          if (left[0]-- == 0) {
            return true;
          }
          at.removeLast();
          if (!follow(at, next, left)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
