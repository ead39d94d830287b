package dev.sandpiper;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The processes of one sandbox. Safe for use by many threads. */
public interface Processes {

  /**
   * Runs a command to its end and keeps its output, up to {@link Command#captureBytes}. Blocks; an
   * interrupt stops the command.
   *
   * @throws DeadlineExceededException if {@link Command#timeout} passed; it has the partial result,
   *     and the command has been stopped
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
   * {@link #exec(Command)} on another thread. Whatever else completes the future stops the command:
   * {@code cancel}, {@code orTimeout}, {@code complete}. Completing a copy of it, or a future that
   * depends on it, does not. An exception arrives as what {@code exec} would throw; a client that
   * is closed, or whose executor refuses, is a {@link CancelledException}, and nothing was started.
   */
  CompletableFuture<ExecResult> execAsync(Command command);

  /** Starts a command. Blocks until it runs; the caller closes it, which kills it. */
  Process start(Command command);

  /**
   * Connects to a process that was detached or started elsewhere. Closing detaches from it. Where
   * the platform keeps output ({@link Capability#REPLAY}) it begins at the oldest byte that is
   * kept. An {@link ProcessEvent.OutputGap} for what was written before and is not kept comes
   * first. Needs {@link Capability#ATTACH}.
   *
   * @throws NotFoundException if it has ended and is no longer known, or its pid was reused
   * @throws InvalidRequestException if it belongs to another sandbox
   */
  Process attach(ProcessRef ref);

  /**
   * Like {@link #attach(ProcessRef)}, and resumes where another reader stopped: each byte from
   * {@code position} on comes once. Output that is no longer kept is an {@link
   * ProcessEvent.OutputGap}. Needs {@link Capability#REPLAY}; without it this is rejected, because
   * a stream that begins elsewhere would only look like the requested one.
   *
   * @param position what {@link EventStream#position()} of this process's events returned
   * @throws IllegalArgumentException if {@code position} is something else
   */
  Process attach(ProcessRef ref, String position);

  /**
   * Starts a command on a terminal of its own, whose {@link Process#stdin()} is always open. Blocks
   * until it runs; nothing that it writes is lost. The caller closes it, which kills it. Needs
   * {@link Capability#TERMINAL}.
   *
   * @throws IllegalArgumentException after {@link Command#stdin}: type into it instead
   */
  Terminal startTerminal(Command command, TerminalSize size);

  /** {@link #attach} to a process on a terminal. */
  Terminal attachTerminal(ProcessRef ref);

  /**
   * The processes that were started through the platform, by this client or another, and are not
   * over: their children are not among them. Needs {@link Capability#ATTACH} and {@link
   * Capability#LISTS}.
   */
  List<ProcessInfo> list();
}
