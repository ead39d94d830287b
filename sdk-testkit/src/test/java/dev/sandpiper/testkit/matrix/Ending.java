package dev.sandpiper.testkit.matrix;

/** What ends the call. */
enum Ending {
  ITSELF,
  AN_INTERRUPT,
  /** Of the client, by another thread. */
  CLOSE,
  CANCELLED_FUTURE,
  /** Of the command. */
  DEADLINE
}
