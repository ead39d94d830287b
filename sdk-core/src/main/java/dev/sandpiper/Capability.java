package dev.sandpiper;

/**
 * What a sandbox can do beyond running commands and moving files. Known for each sandbox, because
 * images and server versions differ.
 */
public enum Capability {
  /** {@link Command#stdin} and {@link Command#openStdin}: a command can be given input. */
  STDIN,
  /** {@link Processes#attach}: a process can be followed by somebody who did not start it. */
  ATTACH,
  /** What was written while nobody was attached is kept, and can be read again. */
  REPLAY,
  /** {@link Processes#startTerminal}: a command can run on a terminal. */
  TERMINAL,
  /** {@link Process#signal}: a process can be sent any signal. */
  SIGNALS,
  /** {@link Command#user}: a command can run as a named user. */
  USER,
  /** {@link Filesystem#watch}: changes of files are told. */
  WATCH
}
