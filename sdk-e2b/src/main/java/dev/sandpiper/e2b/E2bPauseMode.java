package dev.sandpiper.e2b;

/** Which state of a sandbox a pause keeps. */
public enum E2bPauseMode {
  /**
   * Memory and files: when resumed, its processes continue where they were. Connections are lost.
   */
  FULL,
  /** Files only: when resumed, it reboots, and no earlier process is running. */
  FILESYSTEM
}
