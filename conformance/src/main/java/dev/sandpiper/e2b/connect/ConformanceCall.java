package dev.sandpiper.e2b.connect;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import connectrpc.conformance.v1.ClientCompat.ClientCompatRequest;
import connectrpc.conformance.v1.ClientCompat.ClientCompatRequest.Cancel;
import connectrpc.conformance.v1.ClientCompat.ClientCompatResponse;
import connectrpc.conformance.v1.ClientCompat.ClientErrorResult;
import connectrpc.conformance.v1.Service.ServerStreamRequest;
import connectrpc.conformance.v1.Service.ServerStreamResponse;
import connectrpc.conformance.v1.Service.UnaryRequest;
import connectrpc.conformance.v1.Service.UnaryResponse;
import connectrpc.conformance.v1.Service.UnimplementedRequest;
import connectrpc.conformance.v1.Service.UnimplementedResponse;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.HttpRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import okhttp3.Headers;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** One case: does what it asks for with our client, and reports what the client said. */
@NullMarked
final class ConformanceCall {
  /** For what may not follow the end of a stream. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final int NEVER = -1;

  private final ClientCompatRequest asked;
  private final ReferenceServers servers;
  private final ConformanceReport report = new ConformanceReport();

  ConformanceCall(ClientCompatRequest asked, ReferenceServers servers) {
    this.asked = asked;
    this.servers = servers;
  }

  ClientCompatResponse run() {
    ClientCompatResponse.Builder response =
        ClientCompatResponse.newBuilder().setTestName(asked.getTestName());
    try {
      call();
      return response.setResponse(report.build()).build();
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      return response.setError(ClientErrorResult.newBuilder().setMessage(e.toString())).build();
    }
  }

  private void call() throws InvalidProtocolBufferException {
    switch (asked.getMethod()) {
      case "Unary" -> unary(message(UnaryRequest.class), UnaryResponse.getDefaultInstance());
      case "Unimplemented" ->
          unary(message(UnimplementedRequest.class), UnimplementedResponse.getDefaultInstance());
      case "ServerStream" -> stream(message(ServerStreamRequest.class));
      default -> throw new IllegalArgumentException("not declared: " + asked.getMethod());
    }
  }

  private <M extends Message> M message(Class<M> type) throws InvalidProtocolBufferException {
    return asked.getRequestMessages(0).unpack(type);
  }

  private void unary(Message message, Message kind) {
    try {
      ConnectClient client = client();
      ConnectAnswer<Message> answer =
          client.unary(request(client), message, kind, ReportedException.ERRORS);
      report.metadata(ConnectMetadata.ofUnary(answer.head().toMultimap()));
      if (answer.message() instanceof UnaryResponse response) {
        report.payload(response.getPayload());
      }
    } catch (SandboxException e) {
      report.failure(e);
    }
  }

  private void stream(ServerStreamRequest message) {
    ConnectClient client = client();
    try (ConnectStream<ServerStreamResponse> stream =
        client.stream(
            request(client),
            message,
            ServerStreamResponse.getDefaultInstance(),
            Function.<ServerStreamResponse>identity(),
            ReportedException.ERRORS)) {
      report.headers(stream.headers());
      try {
        read(stream);
      } finally {
        report.end(stream.end());
      }
    } catch (SandboxException e) {
      report.failure(e);
    } catch (IOException e) {
      report.broken(e);
    }
  }

  /** Reads on after a cancel as if nothing had happened. */
  private void read(ConnectStream<ServerStreamResponse> stream) throws IOException {
    int left = cancelAfter();
    ServerStreamResponse message;
    while ((message = next(stream, left)) != null) {
      report.payload(message.getPayload());
      left--;
    }
    stream.finish(CallScope.open().within(SILENCE));
  }

  private static @Nullable ServerStreamResponse next(
      ConnectStream<ServerStreamResponse> stream, int left) throws IOException {
    if (left == 0) {
      stream.cancel();
    }
    return stream.next();
  }

  private int cancelAfter() {
    Cancel cancel = asked.getCancel();
    return cancel.hasAfterNumResponses() ? cancel.getAfterNumResponses() : NEVER;
  }

  private ConnectClient client() {
    Codec codec =
        switch (asked.getCodec()) {
          case CODEC_PROTO -> Codec.BINARY;
          case CODEC_JSON -> new AnyJson();
          default -> throw new IllegalArgumentException("not declared: " + asked.getCodec());
        };
    ClientResources resources = servers.clientFor(asked);
    return new ConnectClient(
        resources.transport(),
        ReferenceServers.url(asked),
        codec,
        codec,
        asked.getMessageReceiveLimit(),
        CallScope.open());
  }

  private HttpRequest request(ConnectClient client) {
    String route = "POST /" + asked.getService() + "/" + asked.getMethod();
    ApiCall.Rule rule = new ApiCall.Rule("call", route, ApiCall.Repetition.IF_UNSENT, "");
    HttpRequest request = client.request(() -> rule, asked.getMethod());
    Headers.Builder headers = request.headers().newBuilder();
    asked
        .getRequestHeadersList()
        .forEach(header -> header.getValueList().forEach(v -> headers.add(header.getName(), v)));
    return timed(cancelled(request.withHeaders(headers.build())));
  }

  private HttpRequest cancelled(HttpRequest request) {
    if (!asked.getCancel().hasAfterCloseSendMs()) {
      return request;
    }
    CallScope scope = CallScope.open();
    var unused =
        servers
            .clientFor(asked)
            .timers()
            .in(Duration.ofMillis(asked.getCancel().getAfterCloseSendMs()), scope::cancel);
    return request.in(scope);
  }

  private HttpRequest timed(HttpRequest request) {
    if (!asked.hasTimeoutMs()) {
      return request;
    }
    Duration limit = Duration.ofMillis(asked.getTimeoutMs());
    return ConnectClient.telling(limit, request).within(limit);
  }
}
