package dev.sandpiper.e2b.connect;

import com.google.protobuf.Any;
import com.google.protobuf.UnsafeByteOperations;
import connectrpc.conformance.v1.ClientCompat.ClientResponseResult;
import connectrpc.conformance.v1.ConfigOuterClass.Code;
import connectrpc.conformance.v1.Service.ConformancePayload;
import connectrpc.conformance.v1.Service.Error;
import connectrpc.conformance.v1.Service.Header;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.wire.ConnectCode;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;
import dev.sandpiper.wire.ConnectError.Detail;
import dev.sandpiper.wire.MessageTooLongException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import okhttp3.Headers;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What our client said about one call, in the suite's words. */
@NullMarked
final class ConformanceReport {
  private final ClientResponseResult.Builder result = ClientResponseResult.newBuilder();

  ClientResponseResult build() {
    return result.build();
  }

  void payload(ConformancePayload payload) {
    result.addPayloads(payload);
  }

  void headers(Headers headers) {
    addHeaders(headers.toMultimap());
  }

  void metadata(ConnectMetadata metadata) {
    addHeaders(metadata.headers());
    addTrailers(metadata.trailers());
  }

  void end(@Nullable ConnectEnd end) {
    if (end != null) {
      addTrailers(end.trailers());
    }
  }

  void failure(SandboxException e) {
    if (e instanceof ReportedException reported) {
      reported.metadata().ifPresent(this::metadata);
      result.setError(error(reported.error()));
    } else {
      result.setError(error(code(e), e.failure().message()));
    }
  }

  /** A stream that was cut, or is none. */
  void broken(IOException e) {
    result.setError(error(code(e), String.valueOf(e.getMessage())));
  }

  private static ConnectCode code(SandboxException e) {
    if (e instanceof CancelledException) {
      return ConnectCode.CANCELED;
    }
    if (e instanceof DeadlineExceededException) {
      return ConnectCode.DEADLINE_EXCEEDED;
    }
    if (e instanceof WireFormatException && e.getCause() instanceof IOException cause) {
      return code(cause);
    }
    return e instanceof ConnectionLostException ? ConnectCode.UNAVAILABLE : ConnectCode.UNKNOWN;
  }

  private static ConnectCode code(IOException e) {
    return e instanceof MessageTooLongException
        ? ConnectCode.RESOURCE_EXHAUSTED
        : ConnectCode.INTERNAL;
  }

  private static Error.Builder error(ConnectError error) {
    Error.Builder reported = error(error.code(), error.message());
    for (Detail detail : error.details()) {
      reported.addDetails(
          Any.newBuilder()
              .setTypeUrl("type.googleapis.com/" + detail.type())
              .setValue(UnsafeByteOperations.unsafeWrap(detail.value().asByteBuffer())));
    }
    return reported;
  }

  private static Error.Builder error(ConnectCode code, String message) {
    return Error.newBuilder().setCode(Code.valueOf("CODE_" + code.name())).setMessage(message);
  }

  private void addHeaders(Map<String, List<String>> headers) {
    headers.forEach((name, values) -> result.addResponseHeaders(header(name, values)));
  }

  private void addTrailers(Map<String, List<String>> trailers) {
    trailers.forEach((name, values) -> result.addResponseTrailers(header(name, values)));
  }

  private static Header header(String name, List<String> values) {
    return Header.newBuilder().setName(name).addAllValue(values).build();
  }
}
