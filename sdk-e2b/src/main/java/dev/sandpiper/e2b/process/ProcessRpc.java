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

/** The calls of E2B's {@code process.Process} service, as they are. */
public record ProcessRpc(ConnectClient client, EnvdVersion version) {
  /** For calls that help with something else, and must not take long. */
  public static final Duration SHORT = Duration.ofSeconds(3);

  /** Seconds. Never below 1: a server that is asked for 0 dies with everything in it. */
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
   * Starts a process and opens the stream of its events, behind the first.
   *
   * @param subject what messages call it
   * @param user the user of the process; empty for the sandbox's default user
   * @param lifetime after which the server kills the process; empty for none
   */
  ProcessConnection start(
      String subject, StartRequest message, Optional<String> user, Optional<Duration> lifetime) {
    HttpRequest request = streaming(E2bCall.START, subject);
    return ProcessConnection.begin(start(request, message, user, lifetime));
  }

  /** Starts a process that is over soon, and waits no longer for it than it may live. */
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

  /**
   * Attaches to what runs, or has ended a short while ago, under this number; nothing that it wrote
   * before is reported.
   */
  ProcessConnection connect(String subject, int pid) {
    return connect(subject, selector(pid));
  }

  /** Attaches to what has this tag; may miss it where others have tags too. */
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

  /** What runs, and dead shells whose children hold their outputs. */
  List<ProcessInfo> list(String subject) {
    HttpRequest request = client.request(E2bCall.LIST_PROCESSES, subject).within(SHORT);
    ListRequest message = ListRequest.getDefaultInstance();
    return client
        .unary(request, message, ListResponse.getDefaultInstance(), ERRORS)
        .message()
        .getProcessesList();
  }

  /**
   * Sends TERM or KILL to one process, without its children. From then on its stream ends with it,
   * a child that holds its outputs, and its last output may be lost.
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

  /** Without its end, input is of little use: a process whose input cannot be closed gets none. */
  void requireStdin(String operation, String subject) {
    version.requireFor(
        Capability.STDIN, EnvdVersion.CLOSABLE_STDIN, operation, subject, "standard input");
  }

  /**
   * Writes to a process's stdin or terminal. Answered when that has taken it all, which may be
   * never: no limit of the client or of the server ends it, only {@code end} and the process's
   * death.
   *
   * @param subject what messages call the process
   * @throws InputClosedException if it has exited, or has no open stdin
   */
  void sendInput(String subject, int pid, ProcessInput input, CallScope end) {
    SendInputRequest message =
        SendInputRequest.newBuilder().setProcess(selector(pid)).setInput(input).build();
    HttpRequest request = client.request(E2bCall.WRITE_STDIN, subject).in(end).unlimited();
    InputErrors.translated(() -> run(request, message));
  }

  /** Closes a process's stdin. Waits behind what is still being written to it, like that. */
  void closeStdin(String subject, int pid, CallScope end) {
    CloseStdinRequest message = CloseStdinRequest.newBuilder().setProcess(selector(pid)).build();
    HttpRequest request = client.request(E2bCall.CLOSE_STDIN, subject).in(end).unlimited();
    InputErrors.translated(() -> run(request, message));
  }

  /** Sends a message whose answer says nothing. */
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
      // What follows the colon would be taken for a password, and the rest for the user.
      throw new InvalidRequestException(request.failure("a user's name has no colon"));
    }
    return named
        .map(name -> request.withHeader("Authorization", Credentials.basic(name, "", UTF_8)))
        .orElse(request);
  }
}
