package dev.sandpiper.e2b;

/** How a paused sandbox is resumed. */
public enum E2bResumeMode {
  /** With the memory that the pause kept, if it kept any. */
  RESTORE,
  /**
   * From its disk: no earlier process is running. The memory is not used, and not deleted. For a
   * sandbox whose daemon did not respond when it was paused. Has no effect on a running sandbox.
   */
  REBOOT
}
