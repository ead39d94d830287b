package dev.sandpiper.testkit.e2b.sandbox;

/** The state that a pause keeps in addition to the files. */
public enum PauseMode {
  /** All processes, which are stopped and continue later. */
  FULL("full"),
  /** Nothing: all processes are killed. */
  FILESYSTEM("filesystem");

  private final String wireName;

  PauseMode(String wireName) {
    this.wireName = wireName;
  }

  public static PauseMode keepingMemory(boolean memory) {
    return memory ? FULL : FILESYSTEM;
  }

  public String wireName() {
    return wireName;
  }
}
