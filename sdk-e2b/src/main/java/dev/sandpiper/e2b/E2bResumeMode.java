package dev.sandpiper.e2b;

/** How a paused sandbox is resumed. */
public enum E2bResumeMode {
  /** With the memory that the pause kept, if it kept any. */
  RESTORE,
  /**
   * From its disk: no process of before runs. The memory is not used, and not deleted. For a
   * sandbox whose daemon did not answer when it was paused. Without effect on one that runs.
   */
  REBOOT
}
