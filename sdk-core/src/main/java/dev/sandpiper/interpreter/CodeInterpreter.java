package dev.sandpiper.interpreter;

import dev.sandpiper.NotFoundException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Runs code in the kernels of a sandbox. What one run defines, the next one in the same context
 * sees. Every method blocks for requests to the service in the sandbox; may be called from any
 * thread. There is nothing to close.
 *
 * <p>Where the service is not in the sandbox's image, each method fails with a {@link
 * NotFoundException} for a {@link NotFoundException.What#LISTENER} that says which image has it.
 *
 * <p>Code is never run twice: a request is repeated only when it is certain that nothing of it was
 * processed. Runs in one context come one after the other, in the order in which the service got
 * them, and one that waits for another hears nothing at all until it begins.
 */
public interface CodeInterpreter {

  /** The contexts of the sandbox, the ones that the service made itself included. */
  List<CodeContext> contexts();

  /** {@link #createContext(ContextOptions)} with the service's defaults, which is Python. */
  default CodeContext createContext() {
    return createContext(ContextOptions.standard());
  }

  /**
   * Starts a kernel of its own. After a lost connection whether it was started cannot be known, and
   * the error says so: {@link #contexts()} has it then.
   */
  CodeContext createContext(ContextOptions options);

  /**
   * Starts a context's kernel anew: what was defined in it is gone, and what ran in it has stopped.
   *
   * @throws NotFoundException for a {@link NotFoundException.What#CONTEXT} if there is no such
   *     context
   */
  void restart(String contextId);

  /** {@link #restart(String)}. */
  default void restart(CodeContext context) {
    restart(context.id());
  }

  /**
   * Ends a context and what runs in it.
   *
   * <p>Do not delete the context that the service made for a language, such as by {@link
   * CodeRequest#language}: it remembers that context, and later runs in the language fail.
   *
   * @return false if there is no such context, also because a repeated request deleted it
   */
  boolean delete(String contextId);

  /** {@link #delete(String)}. */
  default boolean delete(CodeContext context) {
    return delete(context.id());
  }

  /** {@link #runCode(CodeRequest)} of Python in its default context. */
  default Execution runCode(String code) {
    return runCode(CodeRequest.of(code));
  }

  /** {@link #runCode(CodeRequest, CodeListener)} that nobody watches. */
  default Execution runCode(CodeRequest request) {
    return runCode(request, output -> {});
  }

  /**
   * Runs code and blocks until it has ended. Code that raises an error is not an exception: the
   * result says so.
   *
   * <p>An interrupt of this thread, the request's timeout and a listener that throws close the
   * connection. On E2B that stops the code within about five seconds, and what the context holds
   * stays. On Blaxel it does not: only {@link #restart(String)} stops the code there, and the error
   * says so.
   *
   * @param listener is called on this thread; a slow one slows the code down
   * @throws ExecutionLostException if the connection closed before the service reported the end;
   *     the code may have run in part
   * @throws ExecutionDeadlineException if the request's timeout or a limit of the client passed
   * @throws NotFoundException for a {@link NotFoundException.What#CONTEXT} if the request's context
   *     does not exist
   */
  Execution runCode(CodeRequest request, CodeListener listener);

  /**
   * {@link #runCode(CodeRequest, CodeListener)} on the client's executor. Cancelling the future, or
   * completing it otherwise, closes the connection as an interrupt does.
   */
  CompletableFuture<Execution> runCodeAsync(CodeRequest request, CodeListener listener);
}
