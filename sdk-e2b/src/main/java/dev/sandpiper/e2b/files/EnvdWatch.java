package dev.sandpiper.e2b.files;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.FileEvent.Renamed;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.E2bWatchOptions;
import dev.sandpiper.e2b.connect.ConnectStream;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.proto.FilesystemProto.EventType;
import dev.sandpiper.e2b.proto.FilesystemProto.FilesystemEvent;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirResponse.EventCase;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.files.FileWatch;
import dev.sandpiper.files.WatchConnection;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One stream of {@code WatchDir}. */
final class EnvdWatch implements WatchConnection {
  /** The daemon's name for the watched directory itself. */
  private static final String ITSELF = ".";

  private final String directory;
  private final ConnectStream<WatchDirResponse> stream;
  private final Deque<FileEvent> finalEvents = new ArrayDeque<>();
  private boolean over;

  private EnvdWatch(String directory, ConnectStream<WatchDirResponse> stream) {
    this.directory = directory;
    this.stream = stream;
  }

  /** Starts a watch, which reconnects as needed. */
  static FileWatch start(
      FilesystemRpc rpc,
      EnvdVersion version,
      String path,
      E2bWatchOptions options,
      BackgroundThreads threads) {
    WatchOptions common = options.common();
    require(common.isRecursive(), version, EnvdVersion.RECURSIVE_WATCH, path, "a recursive watch");
    require(
        common.includesInfo(), version, EnvdVersion.WATCH_INFO, path, "information with events");
    boolean mounts = options.includesNetworkMounts();
    require(mounts, version, EnvdVersion.NETWORK_WATCH, path, "watching a network mount");
    String directory = path.length() > 1 && path.endsWith("/") ? withoutSlashes(path) : path;
    WatchDirRequest message =
        WatchDirRequest.newBuilder()
            .setPath(directory)
            .setRecursive(common.isRecursive())
            .setIncludeEntry(common.includesInfo())
            .setAllowNetworkMounts(mounts)
            .build();
    CallScope end = rpc.client().scope().apart();
    return FileWatch.open(
        directory, () -> open(rpc, directory, message, end), end::cancel, threads);
  }

  private static String withoutSlashes(String path) {
    String cut = path.replaceAll("/+$", "");
    return cut.isEmpty() ? "/" : cut;
  }

  private static void require(
      boolean isAsked, EnvdVersion version, EnvdVersion needed, String path, String feature) {
    if (isAsked) {
      version.requireFor(Capability.WATCH, needed, "watch", path, feature);
    }
  }

  /** Waits for the start event: from then on the daemon reports changes. */
  private static EnvdWatch open(
      FilesystemRpc rpc, String directory, WatchDirRequest message, CallScope end) {
    EnvdWatch watch = new EnvdWatch(directory, rpc.watch(directory, message, end));
    try {
      WatchDirResponse first = watch.stream.next(watch.failure(""));
      if (first == null || first.getEventCase() != EventCase.START) {
        throw watch.malformed(new MalformedStreamException("no start event"));
      }
      return watch;
    } catch (RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  @Override
  public @Nullable FileEvent next() {
    while (finalEvents.isEmpty() && !over) {
      WatchDirResponse message = stream.next(failure(""));
      if (message == null) {
        throw new PlatformException(failure("the sandbox ended the watch"));
      }
      if (message.getEventCase() == EventCase.FILESYSTEM) {
        FileEvent event = event(message.getFilesystem());
        if (event != null) {
          return event;
        }
      }
    }
    return finalEvents.poll();
  }

  private WireFormatException malformed(MalformedStreamException cause) {
    return new WireFormatException(failure("malformed response: " + cause.getMessage()), cause);
  }

  /** Null for an unknown type, and after the last event. */
  private @Nullable FileEvent event(FilesystemEvent event) {
    if (event.getName().equals(ITSELF)) {
      end(event.getType());
      return finalEvents.poll();
    }
    String path = path(event.getName());
    return switch (event.getType()) {
      case EVENT_TYPE_CREATE -> new Created(path, info(event));
      case EVENT_TYPE_WRITE -> new Written(path, info(event));
      case EVENT_TYPE_REMOVE -> new Removed(path);
      case EVENT_TYPE_RENAME -> new Renamed(path);
      case EVENT_TYPE_CHMOD -> new ModeChanged(path, info(event));
      case EVENT_TYPE_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  /**
   * Ends the watch: the daemon keeps the stream open but reports nothing more, even if the
   * directory is created again.
   */
  private void end(EventType type) {
    if (type == EventType.EVENT_TYPE_REMOVE) {
      finalEvents.add(new Removed(directory));
      finalEvents.add(
          new Gap("the watched directory was removed; changes in a new one are not reported"));
      over = true;
    } else if (type == EventType.EVENT_TYPE_RENAME) {
      finalEvents.add(new Renamed(directory));
      finalEvents.add(
          new Gap("the watched directory was renamed; changes in it are no longer reported"));
      over = true;
    } else if (type == EventType.EVENT_TYPE_CHMOD) {
      finalEvents.add(new ModeChanged(directory, Optional.empty()));
    }
  }

  /**
   * The path of an entry. Rejects a name that leads out of the directory, which would make the
   * caller look elsewhere.
   */
  private String path(String name) {
    if (name.isEmpty()
        || name.startsWith("/")
        || name.indexOf('\0') >= 0
        || ("/" + name + "/").contains("/../")) {
      throw malformed(new MalformedStreamException("an event with an invalid entry name"));
    }
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }

  private Optional<FileInfo> info(FilesystemEvent event) {
    if (!event.hasEntry()) {
      return Optional.empty();
    }
    try {
      return Optional.of(EntryReader.read(event.getEntry()));
    } catch (MalformedStreamException e) {
      throw malformed(e);
    }
  }

  private Failure failure(String observed) {
    return Failure.of("watch", directory, observed);
  }

  @Override
  public void close() {
    stream.close();
  }
}
