package dev.sandpiper.e2b;

/** What becomes of a sandbox at the end of its time to live. */
public enum E2bOnTimeout {
  KILL,
  /** It is paused, and costs nothing but its disk until it is resumed or killed. */
  PAUSE
}
