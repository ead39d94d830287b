package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.e2b.proto.ProcessProto.CloseStdinRequest;
import dev.sandpiper.e2b.proto.ProcessProto.CloseStdinResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ListRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ListResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInput;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputResponse;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalResponse;
import dev.sandpiper.e2b.proto.ProcessProto.Signal;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.e2b.proto.ProcessProto.StreamInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StreamInputResponse;
import dev.sandpiper.e2b.proto.ProcessProto.UpdateRequest;
import dev.sandpiper.e2b.proto.ProcessProto.UpdateResponse;
import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.process.ProcessTable;
import dev.sandpiper.testkit.e2b.process.SandboxProcess;
import dev.sandpiper.testkit.e2b.process.Subscription;
import dev.sandpiper.testkit.machine.TerminalSize;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code process.Process}: starts, follows, feeds and signals processes. */
final class ProcessService {
  private ProcessService() {}

  static Map<String, RpcMethod> methods() {
    return new RpcService("process.Process")
        .unary("List", ListRequest.getDefaultInstance(), ProcessService::list)
        .serverStream("Start", StartRequest.getDefaultInstance(), ProcessService::start)
        .serverStream("Connect", ConnectRequest.getDefaultInstance(), ProcessService::connect)
        .unary("Update", UpdateRequest.getDefaultInstance(), ProcessService::update)
        .clientStream(
            "StreamInput", StreamInputRequest.getDefaultInstance(), ProcessService::streamInput)
        .unary("SendInput", SendInputRequest.getDefaultInstance(), ProcessService::sendInput)
        .unary("SendSignal", SendSignalRequest.getDefaultInstance(), ProcessService::sendSignal)
        .unary("CloseStdin", CloseStdinRequest.getDefaultInstance(), ProcessService::closeStdin)
        .methods();
  }

  private static ListResponse list(ListRequest request, RpcCall call) {
    ListResponse.Builder response = ListResponse.newBuilder();
    call.sandbox().processes().running().forEach(process -> response.addProcesses(process.info()));
    return response.build();
  }

  /**
   * Starts a process, whose lifetime is the call's timeout. With a timeout of zero or less the call
   * ends immediately, but the process runs without any limit, as on the real server.
   */
  private static void start(StartRequest request, RpcCall call, RpcMethod.MessageSink answers)
      throws IOException, InterruptedException {
    ProcessTable processes = call.sandbox().processes();
    SandboxProcess process = processes.start(request, call.user());
    Subscription subscription = process.broadcast().subscribe();
    processes.begin(process);
    if (call.isOverAtOnce()) {
      if (subscription != null) process.broadcast().leave(subscription);
      throw RpcException.deadlineExceeded();
    }
    if (call.timeout() != null) process.limit(call.timeout());
    new ProcessFollower(
            process,
            call,
            event -> answers.send(StartResponse.newBuilder().setEvent(event).build()))
        .follow(subscription);
  }

  private static void connect(ConnectRequest request, RpcCall call, RpcMethod.MessageSink answers)
      throws IOException, InterruptedException {
    SandboxProcess process = call.sandbox().processes().findToAttach(request.getProcess());
    new ProcessFollower(
            process,
            call,
            event -> answers.send(ConnectResponse.newBuilder().setEvent(event).build()))
        .follow(process.broadcast().subscribe());
  }

  private static UpdateResponse update(UpdateRequest request, RpcCall call) {
    SandboxProcess process = call.sandbox().processes().find(request.getProcess());
    if (request.hasPty()) process.input().resize(TerminalSize.of(request.getPty()));
    return UpdateResponse.getDefaultInstance();
  }

  private static SendInputResponse sendInput(SendInputRequest request, RpcCall call) {
    write(call.sandbox().processes().find(request.getProcess()), request.getInput());
    return SendInputResponse.getDefaultInstance();
  }

  private static void write(SandboxProcess process, ProcessInput input) {
    switch (input.getInputCase()) {
      case STDIN -> process.input().write(input.getStdin());
      case PTY -> process.input().type(input.getPty());
      case INPUT_NOT_SET -> throw RpcException.unimplemented("invalid input type <nil>");
    }
  }

  private static SendSignalResponse sendSignal(SendSignalRequest request, RpcCall call) {
    SandboxProcess process = call.sandbox().processes().find(request.getProcess());
    Signal signal = request.getSignal();
    switch (signal) {
      case SIGNAL_SIGKILL -> process.signal(true);
      case SIGNAL_SIGTERM -> process.signal(false);
      case SIGNAL_UNSPECIFIED ->
          throw RpcException.unimplemented("invalid signal: SIGNAL_UNSPECIFIED");
      case UNRECOGNIZED ->
          throw RpcException.unimplemented("invalid signal: " + request.getSignalValue());
    }
    return SendSignalResponse.getDefaultInstance();
  }

  private static CloseStdinResponse closeStdin(CloseStdinRequest request, RpcCall call) {
    call.sandbox().processes().find(request.getProcess()).input().close();
    return CloseStdinResponse.getDefaultInstance();
  }

  /** An error is sent only after the client has ended its stream. */
  private static StreamInputResponse streamInput(
      RpcMethod.MessageSource<StreamInputRequest> messages, RpcCall call) throws IOException {
    try {
      feed(messages, call);
      return StreamInputResponse.getDefaultInstance();
    } catch (RpcException e) {
      call.exchange().body().transferTo(OutputStream.nullOutputStream());
      throw e;
    }
  }

  private static void feed(RpcMethod.MessageSource<StreamInputRequest> messages, RpcCall call)
      throws IOException {
    SandboxProcess process = null;
    for (StreamInputRequest message = next(messages); message != null; message = next(messages)) {
      switch (message.getEventCase()) {
        case START -> process = call.sandbox().processes().find(message.getStart().getProcess());
        case DATA -> {
          // The real server's handler panics, and its client gets no response.
          if (process == null) throw new IOException("data before start");
          write(process, message.getData().getInput());
        }
        case KEEPALIVE -> {}
        case EVENT_NOT_SET -> throw RpcException.unimplemented("invalid event type <nil>");
      }
    }
  }

  private static @Nullable StreamInputRequest next(
      RpcMethod.MessageSource<StreamInputRequest> messages) throws IOException {
    try {
      return messages.next();
    } catch (RpcException e) {
      throw new RpcException(
          ConnectCode.UNKNOWN,
          "error streaming input: " + e.code().wireName() + ": " + e.getMessage());
    }
  }
}
