package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import java.util.ArrayList;
import java.util.List;

/** What a copy leaves out, if it may; else the first such thing ends it. */
final class Skipped {
  private static final int MOST = 1000;
  private static final int LONGEST = 500;

  private final boolean allowed;
  private final List<String> told = new ArrayList<>();
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
              + "; DirectoryOptions.skipUnsafe() leaves out what cannot be copied");
    }
    count++;
    if (told.size() < MOST) {
      String shown = name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
      told.add(shown + ": " + reason);
    }
  }

  List<String> told() {
    return told;
  }

  long count() {
    return count;
  }
}
