package dev.sandpiper.interpreter;

import dev.sandpiper.NotFoundException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Runs code in the kernels of a sandbox. Definitions of one run are visible to the next one in the
 * same context. Every method blocks for requests to the service in the sandbox. Thread-safe; does
 * not need to be closed.
 *
 * <p>If the sandbox's image does not contain the service, each method fails with a {@link
 * NotFoundException} for a {@link NotFoundException.What#LISTENER} that names an image that does.
 *
 * <p>Code is never run twice: a request is retried only if it is certain that nothing of it was
 * processed. Runs in one context are executed one after the other, in the order in which the
 * service received them; a queued run receives nothing until it begins.
 */
public interface CodeInterpreter {

  /** The contexts of the sandbox, including those that the service created itself. */
  List<CodeContext> contexts();

  /** {@link #createContext(ContextOptions)} with the service's defaults: a Python context. */
  default CodeContext createContext() {
    return createContext(ContextOptions.standard());
  }

  /**
   * Starts a new kernel. After a lost connection it is unknown whether it was started, and the
   * error says so; {@link #contexts()} shows it if it was.
   */
  CodeContext createContext(ContextOptions options);

  /**
   * Restarts a context's kernel: its definitions are lost, and running code is stopped.
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
   * Deletes a context and stops code that runs in it.
   *
   * <p>Do not delete the context that the service created for a language, for instance through
   * {@link CodeRequest#language}: the service still refers to it, and later runs in that language
   * fail.
   *
   * @return false if the context does not exist, also because a retried request had deleted it
   */
  boolean delete(String contextId);

  /** {@link #delete(String)}. */
  default boolean delete(CodeContext context) {
    return delete(context.id());
  }

  /** Runs Python code in the default context; see {@link #runCode(CodeRequest)}. */
  default Execution runCode(String code) {
    return runCode(CodeRequest.of(code));
  }

  /** {@link #runCode(CodeRequest, CodeListener)} without a listener. */
  default Execution runCode(CodeRequest request) {
    return runCode(request, output -> {});
  }

  /**
   * Runs code and blocks until it has ended. If the code raises an error, the result contains it;
   * no exception is thrown.
   *
   * <p>An interrupt of this thread, the request's timeout and a listener that throws close the
   * connection. On E2B that stops the code within about five seconds and keeps the context's state.
   * On Blaxel it does not stop the code: only {@link #restart(String)} does, and the error says so.
   *
   * @param listener called on this thread; a slow listener slows the code down
   * @throws ExecutionLostException if the connection closed before the service reported the end;
   *     the code may have run in part
   * @throws ExecutionDeadlineException if the request's timeout or a limit of the client passed
   * @throws NotFoundException for a {@link NotFoundException.What#CONTEXT} if the request's context
   *     does not exist
   */
  Execution runCode(CodeRequest request, CodeListener listener);

  /**
   * {@link #runCode(CodeRequest, CodeListener)} on the client's executor. Cancelling or completing
   * the future closes the connection, as an interrupt does.
   */
  CompletableFuture<Execution> runCodeAsync(CodeRequest request, CodeListener listener);
}
