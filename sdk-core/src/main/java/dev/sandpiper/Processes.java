package dev.sandpiper;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The processes of one sandbox. Safe for use by many threads. */
public interface Processes {

  /**
   * Runs a command to its end and captures its output, up to {@link Command#captureBytes}. Blocks;
   * an interrupt stops the command.
   *
   * @throws DeadlineExceededException if {@link Command#timeout} passed; it contains the partial
   *     result, and the command has been stopped
   * @throws ConnectionLostException if the connection was lost before the end was reported
   * @throws InvalidRequestException if the platform refuses to start it
   * @throws CancelledException if {@link Command#stdin} could not be read, which is the cause; the
   *     command has been stopped
   * @throws IllegalArgumentException after {@link Command#openStdin}, because there is no way to
   *     write to it
   */
  ExecResult exec(Command command);

  /** Like {@link #exec(Command)}, and passes the output to {@code listener} as it arrives. */
  ExecResult exec(Command command, OutputListener listener);

  /**
   * Like {@link #exec(Command)}, on another thread. Completing the future in any other way stops
   * the command: {@code cancel}, {@code orTimeout}, {@code complete}. Completing a copy of it, or a
   * dependent future, does not. The future completes exceptionally with what {@code exec} would
   * throw. If the client is closed, or its executor rejects the task, that is a {@link
   * CancelledException}, and nothing was started.
   */
  CompletableFuture<ExecResult> execAsync(Command command);

  /** Starts a command. Blocks until it runs. The caller closes the process, which kills it. */
  Process start(Command command);

  /**
   * Connects to a process that was detached or started elsewhere. Closing detaches from it. If the
   * platform keeps output ({@link Capability#REPLAY}), the output begins at the oldest kept byte.
   * An {@link ProcessEvent.OutputGap} comes first for earlier output that was not kept. Needs
   * {@link Capability#ATTACH}.
   *
   * @throws NotFoundException if it has ended and is no longer known, or its pid was reused
   * @throws InvalidRequestException if it belongs to another sandbox
   */
  Process attach(ProcessRef ref);

  /**
   * Like {@link #attach(ProcessRef)}, and resumes where another reader stopped: each byte from
   * {@code position} on is delivered once. Output that is no longer kept is reported as an {@link
   * ProcessEvent.OutputGap}. Needs {@link Capability#REPLAY}; without it this is rejected, because
   * a stream that begins elsewhere would only look like the requested one.
   *
   * @param position what {@link EventStream#position()} of this process's events returned
   * @throws IllegalArgumentException if {@code position} is something else
   */
  Process attach(ProcessRef ref, String position);

  /**
   * Starts a command in a terminal of its own, whose {@link Process#stdin()} is always open. Blocks
   * until it runs; none of its output is lost. The caller closes it, which kills it. Needs {@link
   * Capability#TERMINAL}.
   *
   * @throws IllegalArgumentException after {@link Command#stdin}: type into it instead
   */
  Terminal startTerminal(Command command, TerminalSize size);

  /** Like {@link #attach(ProcessRef)}, for a process in a terminal. */
  Terminal attachTerminal(ProcessRef ref);

  /**
   * The processes that were started through the platform, by this client or another, and have not
   * ended; their children are not included. Needs {@link Capability#ATTACH} and {@link
   * Capability#LISTS}.
   */
  List<ProcessInfo> list();
}
