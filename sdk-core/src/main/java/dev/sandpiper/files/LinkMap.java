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
  /** No system follows more than 63 in a row. */
  private static final int LONGEST_CHAIN = 255;

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

  private enum End {
    INSIDE,
    OUTSIDE,
    /** In a circle: nobody can follow it anywhere. */
    NOWHERE
  }

  /** True if following the link would leave the directory. */
  boolean leadsOut(String name) {
    Deque<String> at = new ArrayDeque<>(List.of(name.split("/", -1)));
    at.removeLast();
    return follow(at, targets.getOrDefault(name, ""), new int[] {LONGEST_CHAIN}) == End.OUTSIDE;
  }

  /** Goes on from {@code at}, as the system would. */
  private End follow(Deque<String> at, String target, int[] left) {
    if (target.startsWith("/")) {
      return End.OUTSIDE;
    }
    for (String part : target.split("/", -1)) {
      End end = End.INSIDE;
      if (part.equals("..")) {
        end = at.pollLast() == null ? End.OUTSIDE : End.INSIDE;
      } else if (!part.isEmpty() && !part.equals(".")) {
        end = enter(at, part, left);
      }
      if (end != End.INSIDE) {
        return end;
      }
    }
    return End.INSIDE;
  }

  private End enter(Deque<String> at, String part, int[] left) {
    at.addLast(part);
    String next = targets.get(String.join("/", at));
    if (next == null) {
      return End.INSIDE;
    }
    at.removeLast();
    left[0]--;
    return left[0] < 0 ? End.NOWHERE : follow(at, next, left);
  }
}
