package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FilesystemEvent;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.Confinement;
import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.FileChange;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A validated directory that a client wants to watch, and its changes as events. */
public final class WatchedDirectory {
  /**
   * The request of a client.
   *
   * @param path absolute
   */
  public record Wish(String path, boolean recursive, boolean includeEntry, boolean networkMounts) {}

  private static final Logger log = LoggerFactory.getLogger(WatchedDirectory.class);
  private static final Set<String> NETWORK =
      Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "fuse", "9p");

  private final Home home;
  private final Watchers watchers;
  private final Wish wish;
  private final String path;
  private final Path real;

  private WatchedDirectory(Home home, Watchers watchers, Wish wish, String path, Path real) {
    this.home = home;
    this.watchers = watchers;
    this.wish = wish;
    this.path = ExactPath.clean(path);
    this.real = real;
  }

  /**
   * Finds and checks a directory.
   *
   * @throws RpcException if it is not a directory that can be watched
   */
  public static WatchedDirectory find(Wish wish, Home home, Watchers watchers) {
    String path = wish.path();
    try {
      Path real = home.follow(path);
      Files.readAttributes(real, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      if (!Files.isDirectory(real)) {
        throw RpcException.invalid("path " + path + " not a directory: %!w(<nil>)");
      }
      if (!wish.networkMounts() && isOnNetwork(real)) {
        throw RpcException.invalid("cannot watch path on network filesystem: " + path);
      }
      return new WatchedDirectory(home, watchers, wish, path, real);
    } catch (IOException e) {
      String reason = "stat " + path + ": " + GoErrors.reason(e);
      if (GoErrors.isMissing(e)) {
        throw RpcException.notFound("path " + path + " not found: " + reason);
      }
      throw RpcException.internal("error statting path " + path + ": " + reason);
    }
  }

  private static boolean isOnNetwork(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type().toLowerCase(Locale.ROOT);
    return NETWORK.contains(type) || type.startsWith("fuse.");
  }

  /**
   * Watches the directory; changes after this method returns are reported. The caller closes the
   * watch.
   */
  public DirectoryWatches.Watch watch(FileChange.Listener listener) {
    try {
      return watchers.open(
          real,
          wish.recursive() ? DirectoryWatches.Depth.TREE : DirectoryWatches.Depth.DIRECTORY,
          listener);
    } catch (DirectoryWatches.RefusedException e) {
      throw RpcException.internal(String.valueOf(e.getMessage()));
    }
  }

  /** A change as an event, with the current entry if the client wants it and it exists. */
  public FilesystemEvent describe(FileChange change) {
    FilesystemEvent.Builder event =
        FilesystemEvent.newBuilder().setName(change.name()).setType(change.type());
    EntryInfo entry = wish.includeEntry() ? entry(change) : null;
    if (entry != null) event.setEntry(entry);
    return event.build();
  }

  private @Nullable EntryInfo entry(FileChange change) {
    switch (change.type()) {
      case EVENT_TYPE_CREATE, EVENT_TYPE_WRITE, EVENT_TYPE_CHMOD -> {}
      default -> {
        return null; // a different file has this name now
      }
    }
    String at = change.name().equals(".") ? path : path + "/" + change.name();
    try {
      return Entries.read(home, at);
    } catch (IOException | Confinement.OutsideException e) {
      log.debug("no entry of {}: {}", at, e.toString());
      return null;
    }
  }
}
