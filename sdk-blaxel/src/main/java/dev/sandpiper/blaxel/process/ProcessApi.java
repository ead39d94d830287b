package dev.sandpiper.blaxel.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.blaxel.server.StrayLines;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.ProcessPlatform;
import dev.sandpiper.engine.ScriptHost;
import dev.sandpiper.engine.StartRecovery;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Time;
import dev.sandpiper.wire.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.HttpUrl;

/** The process calls of one sandbox's server. Processes are addressed by name, never by pid. */
public final class ProcessApi implements ScriptHost, ProcessPlatform {
  private static final Duration MARGIN = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  /** Long fields of a record that are not needed in a list. */
  private static final Set<String> OUTPUTS = Set.of("logs", "stdout", "stderr");

  private static final int MOST_RECORDS = 1_000_000;
  private static final int LONGEST_COMMANDS = 32 << 20;

  /** The server's message when its wait has timed out. */
  private static final String STILL_RUNNING = "process timed out after ";

  private final HttpTransport transport;
  private final HttpUrl base;
  private final RoundTrips roundTrips;
  private final CallScope scope;

  public ProcessApi(HttpTransport transport, HttpUrl base, CallScope scope) {
    this(transport, base, new RoundTrips(), scope);
  }

  /** The scope with which its calls end. */
  CallScope scope() {
    return scope;
  }

  private ProcessApi(
      HttpTransport transport, HttpUrl base, RoundTrips roundTrips, CallScope scope) {
    this.transport = transport;
    this.base = base;
    this.roundTrips = roundTrips;
    this.scope = scope;
  }

  /** True if requests are known to take long. */
  boolean isFar() {
    return roundTrips.areLong();
  }

  /** The same calls on behalf of another call, with whose scope they end. */
  ProcessApi in(CallScope call) {
    return new ProcessApi(transport, base, roundTrips, call);
  }

  /**
   * Starts a process and opens its stream. Not retried. The caller closes the response.
   *
   * @param subject its name in messages
   */
  HttpResponse startStreamed(String subject, ObjectNode process) {
    HttpRequest request =
        request(BlaxelCall.START, subject)
            .withHeader("Accept", "text/event-stream")
            .withJson(process)
            .asProcessStream();
    HttpResponse response = transport.send(request);
    if (response.status() == 200) {
      return response;
    }
    try (response) {
      throw SandboxErrors.of(response, What.PROCESS);
    }
  }

  /**
   * Starts a process. Returns its record once it has started, or, if {@code process} requests a
   * wait, has ended; empty if that wait timed out. Not retried.
   *
   * @param subject its name in messages
   * @param isAwaited whether the response arrives at its end, so that only the scope limits it
   */
  Optional<ProcessRecord> start(String subject, ObjectNode process, boolean isAwaited) {
    HttpRequest request = request(BlaxelCall.START, subject);
    return start(isAwaited ? request.unlimited() : request, process);
  }

  private Optional<ProcessRecord> start(HttpRequest bare, ObjectNode process) {
    HttpRequest request = bare.withHeader("Accept", "application/json").withJson(process);
    try (HttpResponse response = transport.send(request)) {
      if (response.status() == 200) {
        return Optional.of(details(response));
      }
      SandboxException failure = SandboxErrors.of(response, What.PROCESS);
      if (response.status() == 422 && failure.failure().observed().startsWith(STILL_RUNNING)) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  /** True if a start was rejected because a process with its name is running. */
  static boolean isNameTaken(SandboxException failure) {
    return failure.status().orElse(0) == 400
        && failure.failure().observed().contains("already exists and is running");
  }

  /** The record of a process; empty if the server has none with this name. */
  public Optional<ProcessRecord> find(String operation, String name) {
    HttpRequest request =
        request(BlaxelCall.FIND, name, name)
            .withOperation(operation)
            .withHeader("Accept", "application/json");
    try {
      return Optional.of(measured().ask(request, ProcessApi::record));
    } catch (NotFoundException e) {
      if (e.what() == What.PROCESS) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Measures round trips, by the system clock because they are the network's. */
  private HttpTransport measured() {
    return request -> {
      long sent = Time.system().nanos();
      HttpResponse response = transport.send(request);
      roundTrips.add(Time.system().nanos() - sent);
      return response;
    };
  }

  private static ProcessRecord record(HttpResponse response) {
    requireSuccess(response, What.PROCESS);
    return details(response);
  }

  private static void requireSuccess(HttpResponse response, What missing) {
    if (response.status() != 200) {
      throw SandboxErrors.of(response, missing);
    }
  }

  /** Looks up a process that may have been started. */
  StartRecovery.Trace<ProcessRef> trace(ProcessRef ref) {
    return new StartRecovery.Trace<>() {
      @Override
      public Optional<ProcessRef> find(CallScope scope) {
        return in(scope).find("start", ref.processId()).map(record -> ref);
      }

      @Override
      public ProcessRef adopt(Optional<ProcessRef> found, CallScope scope) {
        return found.orElseThrow(
            () -> unknown("start", ref.toString(), "the process does not exist"));
      }
    };
  }

  /**
   * The record of a process.
   *
   * @throws NotFoundException if the server has none with this name
   */
  ProcessRecord get(String operation, String name) {
    return find(operation, name)
        .orElseThrow(() -> unknown(operation, name, "the server has no such process"));
  }

  static NotFoundException unknown(String operation, String subject, String observed) {
    return new NotFoundException(What.PROCESS, Failure.of(operation, subject, observed));
  }

  private static ProcessRecord details(HttpResponse response) {
    JsonNode json = SandboxErrors.json(response);
    try {
      return ProcessRecord.of(json);
    } catch (IllegalArgumentException e) {
      throw new WireFormatException(response.failure("malformed response: " + e.getMessage()), e);
    }
  }

  /** The records of the running processes, however many records the server has. */
  public List<ProcessRecord> running(String sandbox) {
    HttpRequest request =
        request(BlaxelCall.LIST_PROCESSES, sandbox).withHeader("Accept", "application/json");
    return transport.ask(request, ProcessApi::runningIn);
  }

  private static List<ProcessRecord> runningIn(HttpResponse response) {
    requireSuccess(response, What.SANDBOX);
    List<ProcessRecord> running = new ArrayList<>();
    AtomicLong held = new AtomicLong();
    try {
      StrayLines.skip(response.source());
      response.objects(
          OUTPUTS,
          MOST_RECORDS,
          json -> {
            ProcessRecord record = ProcessRecord.of(json);
            if (record.exit().isEmpty()) {
              requireHoldable(held.addAndGet(record.command().length()));
              running.add(record);
            }
          });
      return running;
    } catch (IllegalArgumentException e) {
      throw new WireFormatException(response.failure("malformed response: " + e.getMessage()), e);
    } catch (IOException e) {
      throw new ConnectionLostException(
          response.failure("the connection closed in mid-response"), null, e);
    }
  }

  private static void requireHoldable(long characters) {
    if (characters > LONGEST_COMMANDS) {
      throw new IllegalArgumentException("commands of more than " + LONGEST_COMMANDS + " letters");
    }
  }

  /** The platform's own TERM to the group. False if the server reports that it is not running. */
  boolean stop(String name) {
    return delete(BlaxelCall.STOP, name);
  }

  /** The platform's own KILL to the group. False if the server reports that it is not running. */
  boolean kill(String name) {
    return delete(BlaxelCall.KILL_PROCESS, name);
  }

  private boolean delete(BlaxelCall call, String name) {
    try (HttpResponse response = transport.send(request(call, name, name))) {
      if (response.status() == 200) {
        return true;
      }
      throw SandboxErrors.of(response, What.PROCESS);
    } catch (NotFoundException e) {
      if (e.what() == What.PROCESS) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Map<ProcessRef, String> running(Collection<ProcessRef> refs, CallScope scope) {
    Map<ProcessRef, String> running = new LinkedHashMap<>();
    for (ProcessRef ref : refs) {
      in(scope)
          .find("look at", ref.processId())
          .filter(record -> record.exit().isEmpty())
          // The server does not report the pid of a restarted process.
          .ifPresent(
              record ->
                  running.put(ref, record.restartCount() > 0 ? "" : Long.toString(record.pid())));
    }
    return running;
  }

  /** Reaches the group; does not report the effect. */
  @Override
  public boolean signal(ProcessRef ref, Signal signal, CallScope scope) {
    ProcessApi inScope = in(scope);
    return signal.equals(Signal.KILL)
        ? inScope.kill(ref.processId())
        : inScope.stop(ref.processId());
  }

  @Override
  public Result run(
      String operation,
      String subject,
      String script,
      List<String> arguments,
      Duration lifetime,
      CallScope scope) {
    String name = Nonce.random();
    ObjectNode process =
        Json.object()
            .put("name", name)
            .put("command", ShellText.script(script, arguments))
            .put("waitForCompletion", true)
            .put("timeout", lifetime.toSeconds() + 1);
    HttpRequest request =
        request(BlaxelCall.RUN_SCRIPT, subject)
            .withOperation(operation)
            .in(scope)
            .within(lifetime.plus(MARGIN));
    ProcessRecord ended = ended(request, process, name);
    return new Result(ended.exit().orElseThrow(() -> endless(request)), ended.stdout());
  }

  private ProcessRecord ended(HttpRequest request, ObjectNode process, String name) {
    try {
      return start(request, process).orElseThrow(() -> endless(request));
    } catch (InvalidRequestException e) {
      if (!isNameTaken(e)) {
        throw e;
      }
      return awaited(request, name); // the name is our nonce, so the request arrived twice
    }
  }

  private ProcessRecord awaited(HttpRequest request, String name) {
    ProcessApi inScope = in(request.scope());
    ProcessRecord record = inScope.get(request.operation(), name);
    while (record.exit().isEmpty()) {
      request.scope().sleep(BETWEEN_LOOKS, request.failure(""));
      record = inScope.get(request.operation(), name);
    }
    return record;
  }

  private static PlatformException endless(HttpRequest request) {
    return new PlatformException(
        request.failure("the stream of the script ended without an end event"));
  }

  /**
   * How often the server was upgraded; after an upgrade it guesses the ends of processes that it
   * took over.
   */
  public int upgrades(String subject) {
    HttpRequest request = request(BlaxelCall.HEALTH, subject);
    return transport.ask(
        request,
        response -> {
          requireSuccess(response, What.SANDBOX);
          return SandboxErrors.json(response).path("upgradeCount").asInt(0);
        });
  }

  private HttpRequest request(BlaxelCall call, String subject, String... values) {
    return HttpRequest.of(call, subject, Routes.of(base, call, values)).in(scope);
  }
}
