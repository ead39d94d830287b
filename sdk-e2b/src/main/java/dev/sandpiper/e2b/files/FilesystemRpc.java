package dev.sandpiper.e2b.files;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectClient;
import dev.sandpiper.e2b.connect.ConnectErrors;
import dev.sandpiper.e2b.connect.ConnectStream;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.MakeDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirResponse;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.Credentials;
import org.jspecify.annotations.Nullable;

/**
 * The calls of E2B's {@code filesystem.Filesystem} service. Paths are absolute.
 *
 * @param limit of each call; null for the client's limits
 */
public record FilesystemRpc(ConnectClient client, EnvdVersion version, @Nullable Duration limit) {
  /** In seconds. Never below 1: with 0 the daemon drops the connection. */
  private static final String KEEP_ALIVE = "20";

  private static final ConnectErrors ERRORS = new EnvdErrors(What.FILE);
  private static final Duration CLEAN_UP = Duration.ofSeconds(10);
  private static final String ALREADY_EXISTS = "already_exists";

  public FilesystemRpc(ConnectClient client, EnvdVersion version) {
    this(client, version, null);
  }

  /** The same with a short limit for each call, for clean-up after a failure. */
  FilesystemRpc hasty() {
    return new FilesystemRpc(client, version, CLEAN_UP);
  }

  FileInfo stat(String operation, String path) {
    HttpRequest request = statRequest(operation, path);
    return read(request, stat(request, path).getEntry());
  }

  private HttpRequest statRequest(String operation, String path) {
    return request(E2bCall.STAT, path).withOperation(operation);
  }

  private StatResponse stat(HttpRequest request, String path) {
    StatRequest message = StatRequest.newBuilder().setPath(path).build();
    return call(request, message, StatResponse.getDefaultInstance());
  }

  boolean exists(String path) {
    try {
      stat(statRequest("exists", path), path);
      return true;
    } catch (NotFoundException e) {
      requireMissing(e);
      return false;
    }
  }

  /**
   * Rethrows the failure unless the file itself was not found; for instance if the sandbox was not.
   */
  static void requireMissing(NotFoundException failure) {
    if (failure.what() != What.FILE || failure.code().isEmpty()) {
      throw failure;
    }
  }

  /** The entry at a path; empty if there is none. */
  Optional<FileInfo> look(String operation, String path) {
    try {
      return Optional.of(stat(operation, path));
    } catch (NotFoundException e) {
      requireMissing(e);
      return Optional.empty();
    }
  }

  public List<FileInfo> list(String directory, int depth) {
    HttpRequest request = request(E2bCall.LIST_DIRECTORY, directory);
    ListDirRequest message = ListDirRequest.newBuilder().setPath(directory).setDepth(depth).build();
    ListDirResponse response = call(request, message, ListDirResponse.getDefaultInstance());
    List<FileInfo> entries = new ArrayList<>(response.getEntriesCount());
    for (EntryInfo entry : response.getEntriesList()) {
      entries.add(read(request, entry));
    }
    return entries;
  }

  /** False if it existed. */
  boolean makeDirectory(String path) {
    HttpRequest request = request(E2bCall.MAKE_DIRECTORY, path);
    try {
      call(request, MakeDirRequest.newBuilder().setPath(path).build(), Empty.getDefaultInstance());
      return true;
    } catch (SandboxException e) {
      if (e.code().filter(ALREADY_EXISTS::equals).isPresent()) {
        return false;
      }
      throw e;
    }
  }

  FileInfo move(String operation, String source, String destination) {
    HttpRequest request = request(E2bCall.MOVE, source).withOperation(operation);
    MoveRequest message =
        MoveRequest.newBuilder().setSource(source).setDestination(destination).build();
    return read(request, call(request, message, MoveResponse.getDefaultInstance()).getEntry());
  }

  /** Removes the entry, if there is one. */
  void remove(String path) {
    call(
        request(E2bCall.DELETE, path),
        RemoveRequest.newBuilder().setPath(path).build(),
        Empty.getDefaultInstance());
  }

  ConnectStream<WatchDirResponse> watch(String directory, WatchDirRequest message, CallScope end) {
    HttpRequest request =
        request(E2bCall.WATCH, directory).withHeader("Keepalive-Ping-Interval", KEEP_ALIVE).in(end);
    return client.stream(
        request, message, WatchDirResponse.getDefaultInstance(), Function.identity(), ERRORS);
  }

  private HttpRequest request(E2bCall call, String path) {
    HttpRequest unlimited = client.request(call, path);
    HttpRequest request = limit == null ? unlimited : unlimited.within(limit);
    if (!version.isBefore(EnvdVersion.DEFAULT_USER)) {
      return request;
    }
    return request.withHeader("Authorization", Credentials.basic("user", ""));
  }

  private <M extends Message> M call(HttpRequest request, Message message, M kind) {
    return client.unary(request, message, kind, ERRORS).message();
  }

  private static FileInfo read(HttpRequest request, EntryInfo entry) {
    try {
      return EntryReader.read(entry);
    } catch (MalformedStreamException e) {
      throw new WireFormatException(request.failure("malformed response: " + e.getMessage()), e);
    }
  }
}
