package dev.sandpiper;

/**
 * What a sandbox can do beyond starting commands and moving text in and out. Known for each
 * sandbox, because platforms, images and server versions differ.
 */
public enum Capability {
  /** {@link Command#openStdin}: a command can be given input. */
  STDIN,
  /**
   * {@link Command#stdin}: a command's input can be ended. Without it, closing {@link
   * Process#stdin()} fails.
   */
  STDIN_END,
  /** {@link Processes#attach}: a process can be followed by a client that did not start it. */
  ATTACH,
  /** Output that was written while no client was attached is kept, and can be read again. */
  REPLAY,
  /** {@link Processes#startTerminal}: a command can run on a terminal. */
  TERMINAL,
  /** {@link Process#signal}: a process can be sent any signal. */
  SIGNALS,
  /** {@link Command#user}: a command can run as a named user. */
  USER,
  /** {@link ExecResult#exit}: how a command ended is reported. */
  EXIT_STATUS,
  /**
   * {@link ExitStatus.Signaled}: every death by a signal is distinguished from an exit, and by
   * which signal. Without it some look as they do to a shell, {@link ExitStatus.Exited} with 128 +
   * n, or are {@link Signal#UNKNOWN}. On Blaxel those are INT and PIPE, and all of a streamed
   * command.
   */
  EXIT_SIGNALS,
  /** Output, input and files are exact bytes. Without it they are UTF-8 text, and output lines. */
  BYTES,
  /** {@link Filesystem#watch}: changes of files are reported. */
  WATCH,
  /**
   * {@link Filesystem#stat} and {@link Filesystem#exists}: a file can be described. Without it a
   * listing has names and types only.
   */
  FILE_STATUS,
  /** {@link Filesystem#move}, and {@link WriteOptions#atomic()}, which needs it. */
  MOVE,
  /** {@link ReadOptions#offset} and {@link ReadOptions#length}: a part of a file can be read. */
  RANGES,
  /** {@link Filesystem#downloadDirectory} and {@link Filesystem#uploadDirectory}. */
  DIRECTORIES,
  /**
   * {@link SandboxClient#list} and {@link Processes#list}, and so {@link SandboxSpec#label}: what
   * exists can be found.
   */
  LISTS,
  /** {@link Sandbox#expireIn} and {@link SandboxSpec#timeToLive}: the end can be chosen. */
  EXPIRY
}
