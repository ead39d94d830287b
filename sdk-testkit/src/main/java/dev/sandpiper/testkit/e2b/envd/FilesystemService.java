package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.e2b.proto.FilesystemProto.CreateWatcherRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.CreateWatcherResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.GetWatcherEventsRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.GetWatcherEventsResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.MakeDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.MakeDirResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveWatcherRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveWatcherResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.StatRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirRequest;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.files.DirectoryListing;
import dev.sandpiper.testkit.e2b.files.Entries;
import dev.sandpiper.testkit.e2b.files.FileChanges;
import dev.sandpiper.testkit.e2b.files.PolledWatch;
import dev.sandpiper.testkit.e2b.files.WatchedDirectory;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import java.io.IOException;
import java.util.Map;

/** {@code filesystem.Filesystem}: entries and their changes. */
final class FilesystemService {
  /** A client with this name gets entries without fields that it does not know. */
  private static final String LEGACY_AGENT = "connect-python";

  private FilesystemService() {}

  static Map<String, RpcMethod> methods() {
    return new RpcService("filesystem.Filesystem")
        .unary("Stat", StatRequest.getDefaultInstance(), FilesystemService::stat)
        .unary("ListDir", ListDirRequest.getDefaultInstance(), FilesystemService::list)
        .unary("MakeDir", MakeDirRequest.getDefaultInstance(), FilesystemService::makeDir)
        .unary("Move", MoveRequest.getDefaultInstance(), FilesystemService::move)
        .unary("Remove", RemoveRequest.getDefaultInstance(), FilesystemService::remove)
        .serverStream("WatchDir", WatchDirRequest.getDefaultInstance(), FilesystemService::watch)
        .unary(
            "CreateWatcher",
            CreateWatcherRequest.getDefaultInstance(),
            FilesystemService::createWatcher)
        .unary(
            "GetWatcherEvents",
            GetWatcherEventsRequest.getDefaultInstance(),
            FilesystemService::watcherEvents)
        .unary(
            "RemoveWatcher",
            RemoveWatcherRequest.getDefaultInstance(),
            FilesystemService::removeWatcher)
        .methods();
  }

  private static StatResponse stat(StatRequest request, RpcCall call) {
    String path = expand(request.getPath(), call);
    EntryInfo entry;
    try {
      entry = Entries.read(call.sandbox().home(), path);
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) {
        throw RpcException.notFound(
            "file not found: lstat " + path + ": no such file or directory");
      }
      throw RpcException.internal(
          "error getting file info: lstat " + path + ": " + GoErrors.reason(e));
    }
    return StatResponse.newBuilder().setEntry(known(entry, call)).build();
  }

  private static ListDirResponse list(ListDirRequest request, RpcCall call) {
    int depth = request.getDepth() == 0 ? 1 : request.getDepth();
    int bounded = depth < 0 ? Integer.MAX_VALUE : depth; // it is unsigned
    ListDirResponse listing =
        DirectoryListing.read(call.sandbox().home(), expand(request.getPath(), call), bounded);
    ListDirResponse.Builder response = ListDirResponse.newBuilder();
    listing.getEntriesList().forEach(entry -> response.addEntries(known(entry, call)));
    return response.build();
  }

  private static MakeDirResponse makeDir(MakeDirRequest request, RpcCall call) {
    EntryInfo made = changes(call).makeDirectory(expand(request.getPath(), call));
    return MakeDirResponse.newBuilder().setEntry(known(made, call)).build();
  }

  private static MoveResponse move(MoveRequest request, RpcCall call) {
    String source = expand(request.getSource(), call);
    EntryInfo moved = changes(call).move(source, expand(request.getDestination(), call));
    return MoveResponse.newBuilder().setEntry(known(moved, call)).build();
  }

  private static RemoveResponse remove(RemoveRequest request, RpcCall call) {
    changes(call).remove(expand(request.getPath(), call));
    return RemoveResponse.getDefaultInstance();
  }

  private static void watch(WatchDirRequest request, RpcCall call, RpcMethod.MessageSink answers)
      throws IOException, InterruptedException {
    WatchedDirectory directory =
        watched(
            call,
            request.getPath(),
            request.getRecursive(),
            request.getIncludeEntry(),
            request.getAllowNetworkMounts());
    new WatchStream(call, answers, directory).run();
  }

  private static WatchedDirectory watched(
      RpcCall call, String path, boolean recursive, boolean includeEntry, boolean networkMounts) {
    LocalSandbox sandbox = call.sandbox();
    WatchedDirectory.Wish wish =
        new WatchedDirectory.Wish(expand(path, call), recursive, includeEntry, networkMounts);
    return WatchedDirectory.find(wish, sandbox.home(), sandbox.watchers());
  }

  private static CreateWatcherResponse createWatcher(CreateWatcherRequest request, RpcCall call) {
    WatchedDirectory directory =
        watched(
            call,
            request.getPath(),
            request.getRecursive(),
            request.getIncludeEntry(),
            request.getAllowNetworkMounts());
    PolledWatch watch = new PolledWatch(directory);
    return CreateWatcherResponse.newBuilder()
        .setWatcherId(call.sandbox().watchers().keep(watch))
        .build();
  }

  private static GetWatcherEventsResponse watcherEvents(
      GetWatcherEventsRequest request, RpcCall call) {
    PolledWatch watch = call.sandbox().watchers().find(request.getWatcherId());
    return GetWatcherEventsResponse.newBuilder().addAllEvents(watch.drain()).build();
  }

  private static RemoveWatcherResponse removeWatcher(RemoveWatcherRequest request, RpcCall call) {
    call.sandbox().watchers().remove(request.getWatcherId());
    return RemoveWatcherResponse.getDefaultInstance();
  }

  private static FileChanges changes(RpcCall call) {
    return new FileChanges(call.sandbox().home());
  }

  static String expand(String path, RpcCall call) {
    try {
      return call.sandbox().home().expand(path, call.user());
    } catch (Home.UserHomeException e) {
      throw RpcException.invalid(String.valueOf(e.getMessage()));
    }
  }

  /** An entry with the fields that the call's client knows. */
  static EntryInfo known(EntryInfo entry, RpcCall call) {
    if (!LEGACY_AGENT.equals(call.exchange().header("User-Agent"))) return entry;
    call.exchange().set("X-E2b-Legacy-Sdk", "true");
    return EntryInfo.newBuilder()
        .setName(entry.getName())
        .setType(entry.getType())
        .setPath(entry.getPath())
        .build();
  }
}
