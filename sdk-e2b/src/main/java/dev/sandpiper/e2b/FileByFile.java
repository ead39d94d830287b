package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.TransferListener;
import dev.sandpiper.files.ArchiveEntries;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import okhttp3.HttpUrl;

/**
 * Directories of sandboxes that have no {@code tar}: one call for each file, and commands for what
 * files are not, their modes and links. Slower, with the same result, but for the times of files.
 */
final class FileByFile {
  private static final int NOT_FOUND = 127;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Arguments: what a link says and where it stands, again and again. */
  private static final String MAKE_LINKS =
      """
      while [ $# -gt 0 ]; do
        if [ -d "$2" ]; then
          echo "$2 is a directory" >&2
          exit 1
        fi
        ln -s -- "$1" "$2" || exit
        shift 2
      done
      """;

  private final FilesystemRpc rpc;
  private final Processes processes;
  private final FileReads reads;
  private final FileWrites writes;
  private final Listing listing;
  private final Function<String, HttpUrl> filesUrl;

  FileByFile(
      FilesystemRpc rpc,
      Processes processes,
      FileReads reads,
      FileWrites writes,
      Listing listing,
      Function<String, HttpUrl> filesUrl) {
    this.rpc = rpc;
    this.processes = processes;
    this.reads = reads;
    this.writes = writes;
    this.listing = listing;
    this.filesUrl = filesUrl;
  }

  /** The sandbox's directory, to be read as an archive. */
  SandboxTree tree(String directory, DirectoryOptions options) {
    return new SandboxTree(this, directory, options);
  }

  List<FileInfo> list(String directory) {
    return listing.list(directory, 1);
  }

  InputStream open(String path) {
    return reads.open("download directory", path, filesUrl.apply(path), ReadOptions.whole());
  }

  /**
   * Runs a command that works on files, with the rights that file operations have.
   *
   * @param program what is missing if the shell finds none
   */
  ExecResult run(String operation, String directory, String program, Command command) {
    ExecResult result = processes.exec(command.user("root").timeout(PATIENCE));
    if (result.exit().code().orElse(0) == NOT_FOUND) {
      throw new InvalidRequestException(
          Failure.of(
              operation,
              directory,
              "the sandbox has neither tar nor "
                  + program
                  + ", one of which this directory needs"));
    }
    if (!result.exit().isSuccess()) {
      String said = result.stderr().text().strip();
      throw new PlatformException(
          Failure.of(operation, directory, program + " ended with " + result.exit() + ": " + said));
    }
    return result;
  }

  /**
   * Writes all entries of an archive.
   *
   * @param isNew whether the directory was made for them; what is in an old one makes way
   */
  void upload(InputStream archive, String directory, boolean isNew) throws IOException {
    Upload upload = new Upload(directory, isNew);
    ArchiveEntries.pass(archive, upload);
    upload.finish();
  }

  /** Modes of directories come last: they may forbid writing. */
  private final class Upload implements ArchiveEntries.Receiver {
    private static final String OPERATION = "upload directory";

    private record DirectoryMode(String path, int mode) {}

    private final String directory;
    private final boolean isNew;
    private final Map<Integer, ArgumentBatch> modes = new TreeMap<>();
    private final Deque<DirectoryMode> directories = new ArrayDeque<>();
    private final ArgumentBatch links = new ArgumentBatch(this::makeLinks);

    Upload(String directory, boolean isNew) {
      this.directory = directory;
      this.isNew = isNew;
    }

    @Override
    public void directory(String path, int mode) {
      String there = makeWay(path);
      rpc.makeDirectory(there);
      directories.push(new DirectoryMode(there, mode));
    }

    @Override
    public void file(String path, int mode, InputStream content) {
      String there = makeWay(path);
      writes.inPlace(
          new FileWrites.Job(
              there,
              filesUrl.apply(there),
              Content.of(content),
              OptionalLong.empty(),
              TransferListener.none(),
              Map.of(),
              false));
      setMode(there, mode);
    }

    @Override
    public void link(String path, String target) {
      links.add(target, makeWay(path));
    }

    /** As tar does: what is no directory is replaced, and never written through. */
    private String makeWay(String path) {
      String there = directory.endsWith("/") ? directory + path : directory + "/" + path;
      if (!isNew
          && rpc.look(OPERATION, there)
              .filter(old -> old.type() != FileType.DIRECTORY)
              .isPresent()) {
        rpc.remove(there);
      }
      return there;
    }

    private void setMode(String path, int mode) {
      modes
          .computeIfAbsent(mode, same -> new ArgumentBatch(paths -> setMode(same, paths)))
          .add(path);
    }

    private void setMode(int mode, List<String> paths) {
      List<String> arguments = new ArrayList<>(paths);
      arguments.add(0, String.format(Locale.ROOT, "%04o", mode));
      Command command = Command.of("chmod", arguments.toArray(String[]::new));
      run(OPERATION, directory, "chmod", command);
    }

    private void makeLinks(List<String> targetsAndPaths) {
      List<String> arguments = new ArrayList<>(List.of("-c", MAKE_LINKS, "sh"));
      arguments.addAll(targetsAndPaths);
      Command command = Command.of("/bin/sh", arguments.toArray(String[]::new));
      run(OPERATION, directory, "ln", command);
    }

    void finish() {
      links.flush();
      modes.values().forEach(ArgumentBatch::flush);
      // The deepest first; one batch at a time, so that the order is kept.
      while (!directories.isEmpty()) {
        int mode = directories.element().mode();
        ArgumentBatch same = new ArgumentBatch(paths -> setMode(mode, paths));
        while (!directories.isEmpty() && directories.element().mode() == mode) {
          same.add(directories.remove().path());
        }
        same.flush();
      }
    }
  }
}
