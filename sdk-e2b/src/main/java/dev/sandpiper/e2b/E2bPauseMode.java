package dev.sandpiper.e2b;

/** What of a sandbox a pause keeps. */
public enum E2bPauseMode {
  /** Memory and files: resumed, its processes go on where they were. Connections are lost. */
  FULL,
  /** Files only: when resumed, it reboots, and no earlier process is running. */
  FILESYSTEM
}
