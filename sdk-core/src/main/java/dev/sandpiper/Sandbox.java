package dev.sandpiper;

import java.time.Duration;
import java.util.Set;

/**
 * One remote machine. Safe for use by many threads; holds no connection while it is not in use.
 *
 * <p>{@link #close()} undoes what opened it: a created sandbox is killed, one that was connected to
 * keeps running. After {@link #detach()} it does nothing. If a created sandbox is garbage-collected
 * without being closed, a warning is logged that names where it was created; it runs until its time
 * to live ends.
 */
public interface Sandbox extends AutoCloseable {

  String id();

  Processes processes();

  Filesystem files();

  /**
   * How to reach {@code port} from outside. Makes no request, except on a platform that assigns an
   * address only once a program listens. On Blaxel the headers do not contain the account's token,
   * without which its gateway rejects a request; its sandbox class has methods of its own for that.
   */
  Endpoint endpoint(int port);

  /**
   * The directory where commands start and against which relative paths are resolved. Absolute;
   * requested once, then cached.
   */
  String workingDirectory();

  /** The default user's home directory. Absolute; requested once, then cached. */
  String homeDirectory();

  /** Its current state, as the platform reports it. */
  SandboxInfo info();

  /** The optional features that this sandbox has. Makes no request. */
  Set<Capability> capabilities();

  /**
   * Sets how long it lives from now, which may be shorter than before. Needs {@link
   * Capability#EXPIRY}.
   */
  void expireIn(Duration timeToLive);

  /** Ends the sandbox and everything in it. False if it had ended already. */
  boolean kill();

  /** From now on {@link #close()} leaves it running. Returns the id, for {@code connect}. */
  String detach();

  /**
   * Kills a created sandbox, and leaves one that was connected to running. Idempotent, bounded in
   * time. A failed kill is logged as a warning with the sandbox's id.
   */
  @Override
  void close();

  /** {@link Processes#exec(Command)}: runs a command to its end. */
  default ExecResult exec(Command command) {
    return processes().exec(command);
  }

  /**
   * {@link Processes#exec(Command, OutputListener)}: passes the output to the listener as it
   * arrives.
   */
  default ExecResult exec(Command command, OutputListener listener) {
    return processes().exec(command, listener);
  }

  /** {@link Processes#start}: starts a command. The caller closes the process, which kills it. */
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
