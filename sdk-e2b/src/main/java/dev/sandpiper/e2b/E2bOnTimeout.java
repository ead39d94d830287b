package dev.sandpiper.e2b;

/** What happens to a sandbox at the end of its time to live. */
public enum E2bOnTimeout {
  KILL,
  /** It is paused, and costs only its disk until it is resumed or killed. */
  PAUSE
}
