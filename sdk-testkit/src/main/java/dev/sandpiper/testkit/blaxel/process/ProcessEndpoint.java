package dev.sandpiper.testkit.blaxel.process;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.blaxel.process.StartStream.JsonLines;
import dev.sandpiper.testkit.blaxel.process.StartStream.ServerSentEvents;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.OpenRequests;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code /process} and what is below it. */
public final class ProcessEndpoint {
  private static final int MOST_BODY_BYTES = 32 << 20;

  /**
   * A variable of a sandbox by which the platform disables a feature that the plan does not
   * include.
   */
  private static final String NO_KEEP_ALIVE = "BL_DISABLE_KEEPALIVE";

  private final Machinery machinery;
  private final Commands commands;
  private final OpenRequests requests;

  public ProcessEndpoint(Machinery machinery, Commands commands, OpenRequests requests) {
    this.machinery = machinery;
    this.commands = commands;
    this.requests = requests;
  }

  public void start(Exchange exchange) throws IOException {
    String accept = exchange.header("Accept");
    boolean streamed = accept != null && accept.contains(ServerSentEvents.CONTENT_TYPE);
    byte[] body = exchange.body(MOST_BODY_BYTES);
    if (body == null) throw new IOException("a request for a process is above 32 MiB");
    try {
      StartRequest request = StartRequest.parse(body);
      String refusal = refusal(request);
      if (refusal != null) {
        refuse(exchange, 400, refusal, streamed);
      } else if (streamed) {
        stream(exchange, request);
      } else {
        answer(exchange, request);
      }
    } catch (GoJson.MalformedException e) {
      refuse(exchange, 400, "invalid request body: " + e.getMessage(), streamed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is stopping");
    }
  }

  private @Nullable String refusal(StartRequest request) {
    if (request.workingDir().startsWith("~") && machinery.environment().get("HOME") == null) {
      return "HOME environment variable is not set";
    }
    if (request.keepAlive() && "true".equals(machinery.environment().get(NO_KEEP_ALIVE))) {
      return "keepAlive is not available for this sandbox: it is not included in your current plan";
    }
    String name = request.name();
    if (name != null && commands.table().isNameTaken(name)) {
      return "process with name '" + name + "' already exists and is running";
    }
    return null;
  }

  private void refuse(Exchange exchange, int status, String text, boolean streamed)
      throws IOException {
    if (streamed && machinery.has(BlaxelFault.DOCUMENTED_SSE)) {
      ServerSentEvents.refuse(exchange, status, text);
    } else {
      Answers.error(exchange, status, text);
    }
  }

  private void answer(Exchange exchange, StartRequest request)
      throws IOException, InterruptedException {
    Deadline deadline = Deadline.in(request.limitSeconds());
    try {
      Commands.Running running = commands.start(request);
      ProcessRecord record = running.record();
      ObjectNode atOnce = ProcessJson.started(record); // however soon it ends
      commands.follow(running);
      if (!request.waitForPorts().isEmpty() && !Ports.await(record, machinery, deadline)) {
        Answers.error(exchange, 422, portsTimedOut(request));
      } else if (!request.waitForCompletion()) {
        boolean waited = !request.waitForPorts().isEmpty();
        exchange.json(200, waited ? ProcessJson.started(record) : atOnce);
      } else if (deadline.await(record.finished())) {
        exchange.json(200, ProcessJson.awaited(record));
      } else {
        Answers.error(
            exchange, 422, "process timed out after " + request.limitSeconds() + " seconds");
      }
    } catch (Commands.NotStartedException e) {
      Answers.error(exchange, 422, String.valueOf(e.getMessage()));
    }
  }

  private static String portsTimedOut(StartRequest request) {
    return "process timed out waiting for ports after " + request.limitSeconds() + " seconds";
  }

  private void stream(Exchange exchange, StartRequest request)
      throws IOException, InterruptedException {
    if (machinery.has(BlaxelFault.DOCUMENTED_SSE)) {
      streamDocumented(exchange, request);
      return;
    }
    StartStream stream = new JsonLines(exchange, machinery.limits());
    stream.begin();
    try {
      follow(request, commands.start(request), stream);
    } catch (Commands.NotStartedException e) {
      stream.failure(String.valueOf(e.getMessage()));
    }
  }

  /** As documented, a failed start has a status of its own. */
  private void streamDocumented(Exchange exchange, StartRequest request)
      throws IOException, InterruptedException {
    try {
      Commands.Running running = commands.start(request);
      StartStream stream = new ServerSentEvents(exchange, machinery.limits());
      stream.begin();
      follow(request, running, stream);
    } catch (Commands.NotStartedException e) {
      ServerSentEvents.refuse(exchange, 422, String.valueOf(e.getMessage()));
    }
  }

  private void follow(StartRequest request, Commands.Running running, StartStream stream)
      throws IOException, InterruptedException {
    ProcessRecord record = running.record();
    if (request.waitForPorts().isEmpty()) {
      record.tailer().attach(stream);
      commands.follow(running);
    } else {
      commands.follow(running);
      if (!Ports.await(record, machinery, Deadline.in(request.limitSeconds()))) {
        stream.failure(portsTimedOut(request));
        return;
      }
      attach(record, stream);
    }
    if (follow(record, stream)) stream.result(ProcessJson.of(record));
  }

  /** Follows a stream to its end. False if its client has disconnected before. */
  private boolean follow(ProcessRecord record, ClientStream stream)
      throws IOException, InterruptedException {
    boolean stayed = false;
    try {
      stayed = stream.follow();
      return stayed;
    } finally {
      record.tailer().detach(stream);
      if (!stayed && machinery.has(BlaxelFault.LEFT_BEHIND_POISONS)) {
        haunt(record, stream.strayKeepAlive(), stream.untilNextStray());
      }
    }
  }

  /**
   * Keep-alives of a stream continue after its client has disconnected, for as long as the process
   * runs, and appear in the responses to others, because the real server reuses its request
   * objects.
   *
   * @param sign the keep-alive of the stream
   * @param next when the next one would have been sent
   */
  private void haunt(ProcessRecord record, byte[] sign, Duration next) {
    machinery.after(
        next,
        () -> {
          if (record.state().completedAt() != null) return;
          requests.intrude(sign);
          haunt(record, sign, machinery.limits().textKeepAlive());
        });
  }

  /** The stream of an ended process has the existing output, and ends. */
  private static void attach(ProcessRecord record, ClientStream stream) throws IOException {
    if (!record.tailer().attach(stream)) stream.end();
  }

  public void list(Exchange exchange) throws IOException {
    ArrayNode all = GoJson.array();
    for (ProcessRecord record : commands.table().list()) all.add(ProcessJson.listed(record));
    exchange.json(200, all);
  }

  public void get(Exchange exchange, String identifier) throws IOException {
    ProcessRecord record = commands.table().find(identifier);
    if (record == null) {
      Answers.error(exchange, 404, "process not found");
    } else {
      exchange.json(200, ProcessJson.of(record));
    }
  }

  public void logs(Exchange exchange, String identifier) throws IOException {
    ProcessRecord record = commands.table().find(identifier);
    if (record == null) {
      Answers.error(exchange, 404, "process with PID " + identifier + " not found");
    } else {
      exchange.json(200, ProcessJson.logs(record));
    }
  }

  /** The status is 200 even for an unknown process. */
  public void streamLogs(Exchange exchange, String identifier) throws IOException {
    TextStream stream = new TextStream(exchange, machinery.limits());
    stream.begin();
    ProcessRecord record = commands.table().find(identifier);
    if (record == null) {
      stream.write(
          GoJson.text(
              GoJson.object()
                  .put("error", "process with Identifier " + identifier + " not found")));
      return;
    }
    try {
      attach(record, stream);
      boolean unused = follow(record, stream);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is stopping");
    }
  }

  public void stop(Exchange exchange, String identifier) throws IOException {
    ProcessRecord record = commands.table().find(identifier);
    if (record != null && !record.isRunning()) {
      Answers.error(exchange, 404, "process with Identifier " + identifier + " is not running");
    } else {
      end(exchange, identifier, record, false);
    }
  }

  public void kill(Exchange exchange, String identifier) throws IOException {
    end(exchange, identifier, commands.table().find(identifier), true);
  }

  private void end(
      Exchange exchange, String identifier, @Nullable ProcessRecord record, boolean kill)
      throws IOException {
    String subject = "process with Identifier " + identifier;
    String reason = record == null ? null : commands.end(record, kill);
    if (record == null) {
      Answers.error(exchange, 404, subject + " not found");
    } else if (reason == null) {
      Answers.message(exchange, "Process " + (kill ? "killed" : "stopped") + " successfully");
    } else {
      String verb = kill ? "kill " : "send SIGTERM to ";
      Answers.error(exchange, 404, "failed to " + verb + subject + ": " + reason);
    }
  }
}
