package dev.sandpiper;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A process that this client is connected to.
 *
 * <p>Its output has one consumer: the first of {@link #events()} and {@link #transferTo} to be
 * called. {@link #waitFor()} and {@link #onExit()} read unclaimed output. Unclaimed output is kept
 * up to 1 MiB. At that limit the process waits once, at most three seconds, for the output to be
 * claimed; waiting for its end, detaching and closing end that wait immediately. Then the oldest
 * output is dropped and reported as an {@link ProcessEvent.OutputGap}, so that unread output never
 * blocks the process again. Once it is claimed, a slow reader slows the process down.
 *
 * <p>A process has ended when it has exited <em>and</em> its outputs are closed. A child that holds
 * them open keeps it alive: start a server with its outputs redirected, or by a {@link
 * Processes#start} of its own.
 *
 * <p>A lost connection is replaced if the platform has {@link Capability#ATTACH}: an {@link
 * ProcessEvent.OutputGap} reports output that was written in between and was not kept.
 *
 * <p>{@link #close()} undoes what opened it: after {@code start} it kills the process with its
 * children, after {@code attach} it detaches. After {@link #detach()} it does nothing.
 *
 * <p>A process that is garbage-collected before it has ended or was closed is detached as by {@link
 * #detach()}, however it was opened: a garbage collection must not kill a process. A warning is
 * logged that names where it was opened. It is not collected while its events, its standard input
 * or {@link #asJavaProcess()} are in use, or {@link #onExit()} has not completed.
 *
 * <p>All methods may be called from any thread. A star import of {@code dev.sandpiper} makes the
 * name ambiguous with {@link java.lang.Process}: import it by name.
 */
@SuppressWarnings("JavaLangClash") // named so by the project's owner; see the last paragraph
public interface Process extends AutoCloseable {

  /** Its identity, which can be stored as text and used to attach again. */
  ProcessRef ref();

  /**
   * Claims the output and reads it as events. The last one is {@link ProcessEvent.Ended}, which has
   * the exit status even if the process was stopped at its deadline. Closing the stream discards
   * the rest of the output, which is still read, and the process keeps running.
   *
   * @throws IllegalStateException if the output has a consumer already
   */
  EventStream<ProcessEvent> events();

  /**
   * Claims the output and copies it until the process ends. Blocks. Output of a terminal goes to
   * {@code out}. Neither stream is closed; both are flushed whenever no more output is available.
   * If writing fails, the process keeps running and the rest of its output is discarded.
   *
   * @throws IOException if writing to {@code out} or {@code err} fails
   * @throws DeadlineExceededException if {@link Command#timeout} passed, and the process was
   *     stopped
   * @throws IllegalStateException if the output has a consumer already
   */
  ExitStatus transferTo(OutputStream out, OutputStream err) throws IOException;

  /**
   * The process's standard input, binary; always the same stream. Writes are buffered, up to 256
   * KiB: {@link OutputStream#flush flush} sends them now. Bytes arrive in the order of the writes.
   * Sending blocks while the process does not read, without a limit: only the process's end, {@link
   * #close()}, {@link #detach()} or an interrupt of the writing thread ends it. A process that is
   * blocked on its output does not read either: leave the output unclaimed, or read it on another
   * thread.
   *
   * <p>Closing it sends the buffered bytes and then the end of file; only the caller closes it.
   * Closing it again has no effect. Any thread may write; one thread's write blocks the others.
   *
   * <p>Every failure is a {@link SandboxIOException}, also after {@code close}. Its {@link
   * SandboxIOException#getCause() cause} is {@link InputClosedException} if the process has exited
   * or has closed its standard input. After a failure every write fails, because it is unknown how
   * much of the last one arrived, and closing sends no end of file, because the process would take
   * its input for complete.
   *
   * @throws IllegalStateException if the process was started without {@link Command#openStdin}. For
   *     an attached process this is unknown: writing fails, with {@link InvalidRequestException}
   */
  OutputStream stdin();

  /**
   * Blocks until the process has ended. Unclaimed output is read meanwhile. If called by the thread
   * that last read {@link #events()}, it closes that stream first (read until ready, then wait); if
   * called by another thread, it waits for the reader.
   *
   * @throws ConnectionLostException if the connection ended and could not be replaced; the process
   *     may still be running
   * @throws DeadlineExceededException if {@link Command#timeout} passed, and the process was
   *     stopped
   */
  ExitStatus waitFor() throws InterruptedException;

  /**
   * Like {@link #waitFor()}, at most this long. Empty if the process is still running then; it
   * keeps running.
   */
  Optional<ExitStatus> waitFor(Duration limit) throws InterruptedException;

  /**
   * Completes when the process has ended, or exceptionally with what {@link #waitFor()} would
   * throw. Cancelling the future leaves the process alone. Callbacks may block: they run on a
   * thread that is not needed for anything else, or on the caller's if the process has ended
   * before.
   */
  CompletableFuture<ExitStatus> onExit();

  /**
   * Sends a signal to the process and to the children in its group, as a terminal's Ctrl-C does.
   * Blocks until it is sent, not until it has an effect. Needs {@link Capability#SIGNALS}.
   *
   * <p>If {@code kill} cannot be run in the sandbox, the platform may have a call of its own for
   * {@code TERM} and {@code KILL}, which reaches only the process itself. Using it is logged as a
   * warning, and if output may be lost by it, an {@link ProcessEvent.OutputGap} reports that.
   *
   * @return false if the process has ended
   * @throws IllegalArgumentException for {@link Signal#UNKNOWN}
   */
  boolean signal(Signal signal);

  /**
   * Stops the process and its descendants as {@link #close()} does, whichever client started it,
   * and stays connected: its remaining output and its end arrive as usual. Blocks until they are
   * gone, at most ten seconds.
   *
   * @return false if the process has ended, and nothing was sent
   * @throws SandboxException if they could not be stopped
   */
  boolean kill();

  /**
   * False once its end has arrived. Makes no request, so the result may be late, by the latency of
   * the connection and by the three seconds that unclaimed output may wait.
   *
   * @throws ConnectionLostException if the connection ended and could not be replaced, so that this
   *     is unknown
   * @throws CancelledException after {@link #close()} or {@link #detach()}, if its end had not
   *     arrived before
   */
  boolean isAlive();

  /**
   * This process as a {@link java.lang.Process}; always the same object. Its streams claim the
   * output when the first of them is read. A stream that was not read yet buffers 1 MiB; if more
   * was written, the first read fails, and later reads continue after the missing part. A death by
   * signal <i>n</i> is the exit value 128 + <i>n</i>, as in the JDK. If the platform does not
   * report the exit status, {@code waitFor} and {@code exitValue} throw {@link
   * IllegalStateException} and never return a number. {@code destroy} sends {@code TERM}, {@code
   * destroyForcibly} sends {@code KILL}, both like {@link #signal}; there is no {@link
   * ProcessHandle}.
   */
  java.lang.Process asJavaProcess();

  /**
   * Closes the connection and leaves the process running: {@link #close()} then does nothing.
   * Output while no client is attached may be lost, which {@link Processes#attach} then reports.
   * Its standard input stays open, if it was; content of {@link Command#stdin} that was not sent
   * yet is not sent.
   *
   * @throws UnsupportedCapabilityException if no client could attach to it again; then nothing has
   *     changed
   */
  ProcessRef detach();

  /**
   * Kills a started process, and detaches from one that was attached to. Idempotent; unblocks
   * readers and writers. Takes about as long as the process needs to end, at most ten seconds. A
   * failed kill is logged as a warning with the process's reference.
   *
   * <p>A process that was started is stopped with its descendants, as at its deadline: each gets
   * {@code TERM}, and {@code KILL} after two seconds if it still lives. Descendants are those that
   * have the variable {@code SANDPIPER_PROCESS} of the process in their environment, those whose
   * parent is one of them, and those in a group or a session that one of them leads. A descendant
   * is missed only if it has cleared or overwritten its environment, has left the group and the
   * session, and has lost its parent; in a sandbox without {@code /proc}, only the group is found.
   * If the process has exited by itself, its remaining descendants are not stopped. If it was ended
   * by a signal, they are.
   *
   * <p>A server that a script starts like this outlives it, and so do the server's descendants:
   *
   * <pre>{@code SANDPIPER_PROCESS=none setsid my-server >server.log 2>&1 </dev/null &}</pre>
   */
  @Override
  void close();
}
