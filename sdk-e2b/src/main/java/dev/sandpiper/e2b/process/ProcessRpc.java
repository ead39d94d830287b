package dev.sandpiper.e2b.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dev.sandpiper.Capability;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Signal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.e2b.connect.ConnectClient;
import dev.sandpiper.e2b.connect.ConnectErrors;
import dev.sandpiper.e2b.connect.ConnectStream;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.e2b.proto.ProcessProto.CloseStdinRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ListRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ListResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInput;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.e2b.proto.ProcessProto.UpdateRequest;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import okhttp3.Credentials;

/** The calls of E2B's {@code process.Process} service. */
public record ProcessRpc(ConnectClient client, EnvdVersion version) {
  /** The limit of auxiliary calls, which must be quick. */
  public static final Duration SHORT = Duration.ofSeconds(3);

  /** In seconds. Never below 1: with 0 the daemon crashes with all its processes. */
  private static final String KEEP_ALIVE = "20";

  private static final StartResponse START = StartResponse.getDefaultInstance();
  private static final ConnectResponse ATTACHED = ConnectResponse.getDefaultInstance();
  private static final ConnectErrors ERRORS = new EnvdErrors(What.PROCESS);

  CallScope scope() {
    return client.scope();
  }

  ProcessRpc in(CallScope scope) {
    return new ProcessRpc(client.in(scope), version);
  }

  /**
   * Starts a process and opens the stream of its events, after the first.
   *
   * @param subject its name in messages
   * @param user the user of the process; empty for the sandbox's default user
   * @param lifetime the time after which the server kills the process; empty for no limit
   */
  ProcessConnection start(
      String subject, StartRequest message, Optional<String> user, Optional<Duration> lifetime) {
    HttpRequest request = streaming(E2bCall.START, subject);
    return ProcessConnection.begin(start(request, message, user, lifetime));
  }

  /** Starts a short process, with its lifetime as the limit of the whole call. */
  ConnectStream<ProcessMessage> startShort(
      String subject, StartRequest message, Optional<String> user, Duration lifetime) {
    HttpRequest request = streaming(E2bCall.START, subject).within(lifetime);
    return start(request, message, user, Optional.of(lifetime));
  }

  private ConnectStream<ProcessMessage> start(
      HttpRequest plain, StartRequest message, Optional<String> user, Optional<Duration> lifetime) {
    HttpRequest request = as(user, plain);
    if (lifetime.isPresent()) {
      request = ConnectClient.telling(lifetime.get(), request);
    }
    return client.stream(
        request,
        message,
        codec -> new ProcessMessages<>(codec, START, StartResponse::getEvent),
        ERRORS);
  }

  /** Attaches to a process that runs or has just exited, by pid. Earlier output is not reported. */
  ProcessConnection connect(String subject, int pid) {
    return connect(subject, selector(pid));
  }

  /** Attaches to a process by tag; may miss it if other processes have tags too. */
  ProcessConnection connect(String subject, String tag) {
    return connect(subject, ProcessSelector.newBuilder().setTag(tag));
  }

  private ProcessConnection connect(String subject, ProcessSelector.Builder selector) {
    return ProcessConnection.begin(
        client.stream(
            streaming(E2bCall.ATTACH, subject),
            ConnectRequest.newBuilder().setProcess(selector).build(),
            codec -> new ProcessMessages<>(codec, ATTACHED, ConnectResponse::getEvent),
            ERRORS));
  }

  /** The running processes, and exited shells whose children hold their outputs open. */
  List<ProcessInfo> list(String subject) {
    HttpRequest request = client.request(E2bCall.LIST_PROCESSES, subject).within(SHORT);
    ListRequest message = ListRequest.getDefaultInstance();
    return client
        .unary(request, message, ListResponse.getDefaultInstance(), ERRORS)
        .message()
        .getProcessesList();
  }

  /**
   * Sends TERM or KILL to one process, without its children. From then on its stream ends together
   * with the process, even if a child holds its outputs open, and its last output may be lost.
   */
  void signal(int pid, Signal signal) {
    SendSignalRequest message =
        SendSignalRequest.newBuilder()
            .setProcess(selector(pid))
            .setSignal(requireNonNull(ProcessProto.Signal.forNumber(signal.number())))
            .build();
    HttpRequest request =
        client.request(E2bCall.SIGNAL, Integer.toUnsignedString(pid)).within(SHORT);
    run(request, message);
  }

  void resize(String subject, int pid, TerminalSize size) {
    UpdateRequest message =
        UpdateRequest.newBuilder()
            .setProcess(selector(pid))
            .setPty(StartMessages.pty(size))
            .build();
    HttpRequest request = client.request(E2bCall.RESIZE, subject).within(SHORT);
    InputErrors.translatedForTerminal(() -> run(request, message));
  }

  /**
   * Checks that stdin can be closed: without end of file, stdin is of little use, so a daemon that
   * cannot close it gets none.
   */
  void requireStdin(String operation, String subject) {
    version.requireFor(
        Capability.STDIN, EnvdVersion.CLOSABLE_STDIN, operation, subject, "standard input");
  }

  /**
   * Writes to a process's stdin or terminal. The response arrives when everything was written to
   * the pipe, which may be never: there is no timeout, only {@code end} and the exit of the process
   * end it.
   *
   * @param subject the name of the process in messages
   * @throws InputClosedException if it has exited, or has no open stdin
   */
  void sendInput(String subject, int pid, ProcessInput input, CallScope end) {
    SendInputRequest message =
        SendInputRequest.newBuilder().setProcess(selector(pid)).setInput(input).build();
    HttpRequest request = client.request(E2bCall.WRITE_STDIN, subject).in(end).unlimited();
    InputErrors.translated(() -> run(request, message));
  }

  /** Closes a process's stdin, after pending writes. Blocks like a write. */
  void closeStdin(String subject, int pid, CallScope end) {
    CloseStdinRequest message = CloseStdinRequest.newBuilder().setProcess(selector(pid)).build();
    HttpRequest request = client.request(E2bCall.CLOSE_STDIN, subject).in(end).unlimited();
    InputErrors.translated(() -> run(request, message));
  }

  /** Sends a message with an empty response. */
  private void run(HttpRequest request, Message message) {
    client.unary(request, message, Empty.getDefaultInstance(), ERRORS);
  }

  private static ProcessSelector.Builder selector(int pid) {
    return ProcessSelector.newBuilder().setPid(pid);
  }

  private HttpRequest streaming(E2bCall call, String subject) {
    return client
        .request(call, subject)
        .asProcessStream()
        .withHeader("Keepalive-Ping-Interval", KEEP_ALIVE);
  }

  private HttpRequest as(Optional<String> user, HttpRequest request) {
    Optional<String> named =
        user.isEmpty() && version.isBefore(EnvdVersion.DEFAULT_USER) ? Optional.of("user") : user;
    if (named.filter(name -> name.indexOf(':') >= 0).isPresent()) {
      // Basic authentication would take the part after the colon as the password.
      throw new InvalidRequestException(request.failure("a user name must not contain a colon"));
    }
    return named
        .map(name -> request.withHeader("Authorization", Credentials.basic(name, "", UTF_8)))
        .orElse(request);
  }
}
