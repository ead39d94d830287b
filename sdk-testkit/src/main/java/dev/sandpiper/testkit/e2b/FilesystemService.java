package dev.sandpiper.testkit.e2b;

import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.StatRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import java.io.IOException;
import java.util.Map;

/** {@code filesystem.Filesystem}: what is where. */
final class FilesystemService {
  private static final String SERVICE = "/filesystem.Filesystem/";

  /** A client of this name gets entries without the fields that it does not know. */
  private static final String LEGACY_AGENT = "connect-python";

  private FilesystemService() {}

  static Map<String, RpcMethod> methods() {
    return Map.of(
        SERVICE + "Stat",
        new RpcMethod.Unary<>(StatRequest.getDefaultInstance(), FilesystemService::stat));
  }

  private static StatResponse stat(StatRequest request, RpcCall call) {
    String path = expand(request.getPath(), call);
    EntryInfo entry;
    try {
      entry = Entries.read(call.sandbox().home(), path);
    } catch (Home.OutsideException e) {
      throw new RpcException(ConnectCode.PERMISSION_DENIED, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) {
        throw RpcException.notFound(
            "file not found: lstat %s: no such file or directory".formatted(path));
      }
      throw RpcException.internal(
          "error getting file info: lstat %s: %s".formatted(path, GoErrors.reason(e)));
    }
    return StatResponse.newBuilder().setEntry(known(entry, call)).build();
  }

  private static String expand(String path, RpcCall call) {
    try {
      return call.sandbox().home().expand(path, call.user());
    } catch (Home.UserHomeException e) {
      throw RpcException.invalid(String.valueOf(e.getMessage()));
    }
  }

  private static EntryInfo known(EntryInfo entry, RpcCall call) {
    if (!LEGACY_AGENT.equals(call.exchange().header("User-Agent"))) return entry;
    call.exchange().set("X-E2b-Legacy-Sdk", "true");
    return EntryInfo.newBuilder()
        .setName(entry.getName())
        .setType(entry.getType())
        .setPath(entry.getPath())
        .build();
  }
}
