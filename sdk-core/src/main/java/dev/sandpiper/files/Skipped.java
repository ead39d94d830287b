package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the entries that a copy skips, if the options allow that; otherwise the first one fails
 * the copy.
 */
final class Skipped {
  private static final int MOST = 1000;
  private static final int LONGEST = 500;

  private final boolean allowed;
  private final List<String> reported = new ArrayList<>();
  private long count;

  Skipped(DirectoryOptions options) {
    this.allowed = options.skipsUnsafe();
  }

  void add(String name, String reason) throws UnsafeEntryException {
    if (!allowed) {
      throw new UnsafeEntryException(
          name
              + ": "
              + reason
              + "; use DirectoryOptions.skipUnsafe() to skip entries that cannot be copied");
    }
    count++;
    if (reported.size() < MOST) {
      String shown = name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
      reported.add(shown + ": " + reason);
    }
  }

  List<String> reported() {
    return reported;
  }

  long count() {
    return count;
  }
}
