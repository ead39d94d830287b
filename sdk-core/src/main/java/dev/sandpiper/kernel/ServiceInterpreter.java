package dev.sandpiper.kernel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.interpreter.CodeContext;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeListener;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.ContextOptions;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.kernel.CodeService.Verb;
import dev.sandpiper.wire.Json;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The code interpreter over the service in a sandbox. */
public final class ServiceInterpreter implements CodeInterpreter {
  private final CodeService service;
  private final BackgroundThreads threads;

  public ServiceInterpreter(CodeService service, BackgroundThreads threads) {
    this.service = service;
    this.threads = threads;
  }

  @Override
  public List<CodeContext> contexts() {
    HttpRequest request = request(Verb.LIST_CONTEXTS, service.sandboxId());
    return ask(request, What.LISTENER, Contexts::all);
  }

  @Override
  public CodeContext createContext(ContextOptions options) {
    ObjectNode body = Json.object();
    options.language().ifPresent(name -> body.put("language", name));
    options.directory().ifPresent(path -> body.put("cwd", path));
    String subject = options.language().orElse(service.sandboxId());
    HttpRequest request = request(Verb.CREATE_CONTEXT, subject).withJson(body);
    return Ambiguity.saying(
        "it is unknown whether the context was created; contexts() shows it",
        () -> ask(request, What.LISTENER, Contexts::one));
  }

  @Override
  public void restart(String contextId) {
    HttpRequest request = request(Verb.RESTART_CONTEXT, contextId, contextId);
    Ambiguity.saying(
        "it is unknown whether the context was restarted",
        () -> ask(request, What.CONTEXT, Contexts::isDone));
  }

  @Override
  public boolean delete(String contextId) {
    HttpRequest request = request(Verb.DELETE_CONTEXT, contextId, contextId);
    try {
      return ask(request, What.CONTEXT, Contexts::isDone);
    } catch (NotFoundException e) {
      if (e.what() == What.CONTEXT) {
        return false;
      }
      throw e;
    }
  }

  private HttpRequest request(Verb verb, String subject, String... values) {
    return service.request(verb, subject, values).in(threads.scope());
  }

  private <T> T ask(HttpRequest request, What missing, Function<HttpResponse, T> read) {
    return service
        .transport()
        .ask(
            request,
            response -> {
              if (response.status() < 200 || response.status() >= 300) {
                throw service.error(response, missing);
              }
              return read.apply(response);
            });
  }

  @Override
  public Execution runCode(CodeRequest request, CodeListener listener) {
    requireNonNull(listener, "listener");
    return new CodeRun(service, request, listener, threads.scope()).run();
  }

  @Override
  public CompletableFuture<Execution> runCodeAsync(CodeRequest request, CodeListener listener) {
    requireNonNull(request, "request");
    requireNonNull(listener, "listener");
    CallScope call = threads.scope();
    CompletableFuture<Execution> future = new CompletableFuture<>();
    // However the caller completes it (cancel, orTimeout, complete), the result is no longer
    // wanted.
    CompletableFuture<Execution> unused = future.whenComplete((result, failure) -> call.cancel());
    try {
      threads.executor().execute(() -> complete(future, request, listener, call));
    } catch (SandboxException e) {
      future.completeExceptionally(e);
    }
    return future;
  }

  private void complete(
      CompletableFuture<Execution> future,
      CodeRequest request,
      CodeListener listener,
      CallScope call) {
    if (future.isDone()) {
      return;
    }
    try {
      future.complete(new CodeRun(service, request, listener, call).run());
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }
}
