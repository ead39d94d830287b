package dev.sandpiper;

/**
 * What a sandbox can do beyond running commands and moving files. Known for each sandbox, because
 * images and server versions differ.
 */
public enum Capability {
  /** {@link Processes#attach}: a process can be followed by somebody who did not start it. */
  ATTACH,
  /** {@link Command#stdin} and {@link Command#openStdin}: a command can be given input. */
  STDIN,
  /** {@link Command#user}: a command can run as a named user. */
  USER,
  /** {@link Filesystem#watch}: changes of files are told. */
  WATCH
}
