package dev.sandpiper.kernel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.Restated;
import dev.sandpiper.interpreter.CodeError;
import dev.sandpiper.interpreter.CodeListener;
import dev.sandpiper.interpreter.CodeOutput;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.interpreter.ExecutionDeadlineException;
import dev.sandpiper.interpreter.ExecutionLostException;
import dev.sandpiper.kernel.CodeService.Verb;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.JsonLinesReader;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: reads its messages on the calling thread until the service reports its end. */
final class CodeRun implements CodeListener {
  static final int LONGEST_MESSAGE = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(CodeRun.class);
  private static final Duration PATIENCE_FOR_THE_END = Duration.ofSeconds(2);
  private static final String UNKNOWN = "it is unknown whether the code ran";

  private final CodeService service;
  private final CodeRequest request;
  private final CodeListener listener;
  private final CallScope call;
  private final ExecutionMessages messages;
  private final long began;
  private boolean begun; // the service has taken the request
  private boolean showing; // in the listener; what is thrown meanwhile is the listener's

  CodeRun(CodeService service, CodeRequest request, CodeListener listener, CallScope call) {
    this.service = service;
    this.request = request;
    this.listener = listener;
    this.call = call;
    this.messages = new ExecutionMessages(request);
    this.began = call.time().nanos();
  }

  Execution run() {
    try (HttpResponse response = open()) {
      begun = true;
      readToTheEnd(response);
      return messages.soFar(duration());
    } catch (SandboxException e) {
      throw showing ? e : explained(e);
    }
  }

  private HttpResponse open() {
    CallScope scope = request.timeout().map(call::withinDeadline).orElse(call);
    String subject = request.contextId().or(request::language).orElse(service.sandboxId());
    HttpResponse response =
        service.transport().send(service.request(Verb.RUN, subject).in(scope).withJson(body()));
    if (response.status() == 200) {
      return response;
    }
    try (response) {
      throw service.error(response, What.CONTEXT);
    }
  }

  private ObjectNode body() {
    ObjectNode body = Json.object().put("code", request.code());
    request.contextId().ifPresent(id -> body.put("context_id", id));
    request.language().ifPresent(name -> body.put("language", name));
    if (!request.environment().isEmpty()) {
      ObjectNode variables = body.putObject("env_vars");
      request.environment().forEach(variables::put);
    }
    return body;
  }

  private void readToTheEnd(HttpResponse response) {
    try {
      if (service.sendsKeepAlives()) {
        // While another run holds the context nothing comes at all.
        response.awaitBody();
      } else {
        response.limitIdle(Duration.ZERO);
      }
      read(response);
    } catch (UncheckedIOException e) {
      throw e;
    } catch (MalformedStreamException e) {
      WireFormatException unreadable = response.unreadable(e);
      throw new WireFormatException(
          response.failure("malformed message: " + e.getMessage()), unreadable);
    } catch (IOException e) {
      throw new ConnectionLostException(
          response.failure("the connection closed before the end of the run"), null, e);
    }
    release(response);
  }

  private void read(HttpResponse response) throws IOException {
    JsonLinesReader lines = new JsonLinesReader(response.source(), LONGEST_MESSAGE);
    while (true) {
      byte[] line = response.atPace(lines::nextLine);
      response.rejectIfStopped();
      if (line == null) {
        throw new EOFException("the stream ended without end_of_execution");
      }
      if (messages.accept(line, this)) {
        return;
      }
    }
  }

  /** Reads the end of the body, which frees the connection for the next call. */
  private static void release(HttpResponse response) {
    try {
      response.limitIdle(PATIENCE_FOR_THE_END);
      boolean unused = response.source().exhausted();
    } catch (IOException | SandboxException e) {
      log.debug("the run has ended, and its connection with it", e);
    }
  }

  @Override
  public void onOutput(CodeOutput output) {
    show(() -> listener.onOutput(output));
  }

  @Override
  public void onResult(CodeResult result) {
    show(() -> listener.onResult(result));
  }

  @Override
  public void onError(CodeError error) {
    show(() -> listener.onError(error));
  }

  @FunctionalInterface
  private interface Showing {
    void run() throws IOException;
  }

  private void show(Showing event) {
    showing = true;
    try {
      event.run();
    } catch (IOException e) {
      throw new UncheckedIOException("the listener threw an exception", e);
    }
    showing = false;
  }

  private Duration duration() {
    return Duration.ofNanos(call.time().nanos() - began);
  }

  /** The failure with what had arrived, and with what becomes of the code. */
  private SandboxException explained(SandboxException failure) {
    boolean mayHaveRun = begun || Ambiguity.mayHaveStarted(failure);
    if (!mayHaveRun && !isOver(failure)) {
      return failure;
    }
    Failure restated = failure.failure().withObserved(observed(failure) + "; " + fate(mayHaveRun));
    restated = restated.withRetryable(!mayHaveRun);
    Execution partial = messages.soFar(duration()).asPartial();
    if (failure instanceof DeadlineExceededException late) {
      return new ExecutionDeadlineException(
          late.limit(), late.limitDuration(), restated, partial, failure);
    }
    if (failure instanceof ConnectionLostException) {
      return new ExecutionLostException(restated, partial, failure);
    }
    return Restated.as(restated, failure);
  }

  private String fate(boolean mayHaveRun) {
    if (!mayHaveRun) {
      return "the code was not run";
    }
    return begun ? service.afterDisconnect() : UNKNOWN + "; " + service.afterDisconnect();
  }

  private String observed(SandboxException failure) {
    return isOver(failure)
        ? "cancelled at its deadline of "
            + Durations.text(request.timeout().orElseThrow())
            + " (CodeRequest.timeout)"
        : failure.failure().observed();
  }

  /** True if the run's own deadline has passed. */
  private boolean isOver(SandboxException failure) {
    return failure instanceof DeadlineExceededException late
        && late.limit() == Limit.DEADLINE
        && request.timeout().isPresent();
  }
}
