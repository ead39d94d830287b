package dev.sandpiper;

import java.time.Duration;
import java.util.Set;

/**
 * One remote machine. Safe for use by many threads; holds no connection while nothing runs.
 *
 * <p>{@link #close()} undoes what opened it: a sandbox that was created is killed, one that was
 * connected to is left alone. After {@link #detach()} it does nothing. A created one that is
 * garbage-collected without being closed is logged as a warning that names where it was created; it
 * runs until its time to live ends.
 */
public interface Sandbox extends AutoCloseable {

  String id();

  Processes processes();

  Filesystem files();

  /**
   * How to reach {@code port} from outside. Makes no request, except on a platform that assigns an
   * address only when a program listens. On Blaxel the headers do not hold the account's token,
   * without which its gateway refuses a request; its sandbox has calls of its own for that.
   */
  Endpoint endpoint(int port);

  /** Where commands start and relative paths begin. Absolute; asked for once, then known. */
  String workingDirectory();

  /** The default user's home. Absolute; asked for once, then known. */
  String homeDirectory();

  /** What the platform says about it now. */
  SandboxInfo info();

  /** What this sandbox can do beyond the basics. Makes no request. */
  Set<Capability> capabilities();

  /**
   * Sets how long it lives from now, which may be shorter than before. Needs {@link
   * Capability#EXPIRY}.
   */
  void expireIn(Duration timeToLive);

  /** Ends it with everything in it. False if it was gone already. */
  boolean kill();

  /** From now on {@link #close()} leaves it alone. Returns the id, for {@code connect}. */
  String detach();

  /**
   * Undoes what opened it. Idempotent, bounded in time. A kill that fails is logged as a warning
   * with the sandbox's id.
   */
  @Override
  void close();

  /** {@link Processes#exec(Command)}: runs a command to its end. */
  default ExecResult exec(Command command) {
    return processes().exec(command);
  }

  /** {@link Processes#exec(Command, OutputListener)}: shows the output while it comes. */
  default ExecResult exec(Command command, OutputListener listener) {
    return processes().exec(command, listener);
  }

  /** {@link Processes#start}: the caller closes the process, which kills it. */
  default Process start(Command command) {
    return processes().start(command);
  }

  /** {@code processes().exec(Command.of(program, arguments))}. */
  default ExecResult exec(String program, String... arguments) {
    return processes().exec(Command.of(program, arguments));
  }

  /** {@code processes().exec(Command.shell(script))}. */
  default ExecResult shell(String script) {
    return processes().exec(Command.shell(script));
  }
}
