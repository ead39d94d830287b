package dev.sandpiper;

/**
 * An optional feature of a sandbox, beyond starting commands and moving text in and out. Known for
 * each sandbox, because platforms, images and server versions differ.
 */
public enum Capability {
  /** {@link Command#openStdin}: a command's standard input can be written to. */
  STDIN,
  /**
   * {@link Command#stdin}: a command's standard input can be closed. Without it, closing {@link
   * Process#stdin()} fails.
   */
  STDIN_END,
  /** {@link Processes#attach}: a client can attach to a process that it did not start. */
  ATTACH,
  /** Output that was written while no client was attached is kept, and can be replayed. */
  REPLAY,
  /** {@link Processes#startTerminal}: a command can run in a terminal. */
  TERMINAL,
  /** {@link Process#signal}: any signal can be sent to a process. */
  SIGNALS,
  /** {@link Command#user}: a command can run as a named user. */
  USER,
  /** {@link ExecResult#exit}: the exit status of a command is reported. */
  EXIT_STATUS,
  /**
   * {@link ExitStatus.Signaled}: every death by a signal is distinguished from an exit, and the
   * signal is reported. Without it, some are reported as by a shell, {@link ExitStatus.Exited} with
   * 128 + n, or as {@link Signal#UNKNOWN}. On Blaxel those are INT and PIPE, and all signals of a
   * streamed command.
   */
  EXIT_SIGNALS,
  /**
   * Output, input and files are exact bytes. Without it they are UTF-8 text, and output is lines.
   */
  BYTES,
  /** {@link Filesystem#watch}: changes to files are reported. */
  WATCH,
  /**
   * {@link Filesystem#stat} and {@link Filesystem#exists}: the status of a file can be read.
   * Without it, a listing has names and types only.
   */
  FILE_STATUS,
  /** {@link Filesystem#move}, and {@link WriteOptions#atomic()}, which needs it. */
  MOVE,
  /** {@link ReadOptions#offset} and {@link ReadOptions#length}: a part of a file can be read. */
  RANGES,
  /** {@link Filesystem#downloadDirectory} and {@link Filesystem#uploadDirectory}. */
  DIRECTORIES,
  /**
   * {@link SandboxClient#list} and {@link Processes#list}, and so {@link SandboxSpec#label}:
   * existing sandboxes and processes can be listed.
   */
  LISTS,
  /** {@link Sandbox#expireIn} and {@link SandboxSpec#timeToLive}: the time to live can be set. */
  EXPIRY
}
