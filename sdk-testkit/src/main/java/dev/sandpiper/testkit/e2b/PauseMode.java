package dev.sandpiper.testkit.e2b;

/** What a pause keeps besides the files. */
enum PauseMode {
  /** All processes, which are stopped and go on later. */
  FULL("full"),
  /** Nothing: all processes are killed. */
  FILESYSTEM("filesystem");

  private final String wireName;

  PauseMode(String wireName) {
    this.wireName = wireName;
  }

  static PauseMode keepingMemory(boolean memory) {
    return memory ? FULL : FILESYSTEM;
  }

  String wireName() {
    return wireName;
  }
}
