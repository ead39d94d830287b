package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.files.ListedArchive.Entry;
import dev.sandpiper.files.ListedArchive.Tree;
import dev.sandpiper.files.UnsafeEntryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory of a sandbox that has no {@code tar}, by its listings. For one thread. */
final class SandboxTree implements Tree {
  private static final String OPERATION = "download directory";

  /** The text of each link, and a NUL. The letter keeps the shell from cutting line breaks off. */
  private static final String READ_LINKS =
      """
      for link do
        text=$(readlink -n -- "$link"; status=$?; printf x; exit $status) || exit
        printf '%s\\0' "${text%x}"
      done
      """;

  private final FileByFile files;
  private final String directory;
  private final DirectoryOptions options;
  private final List<String> warnings = new ArrayList<>();

  SandboxTree(FileByFile files, String directory, DirectoryOptions options) {
    this.files = files;
    this.directory = directory;
    this.options = options;
  }

  /** What was left out, beside what an archive can tell. */
  List<String> warnings() {
    return warnings;
  }

  private String absolute(String path) {
    if (path.isEmpty()) {
      return directory;
    }
    return directory.endsWith("/") ? directory + path : directory + "/" + path;
  }

  @Override
  public List<Entry> list(String below) throws IOException {
    String prefix = below.isEmpty() ? "" : below + "/";
    List<FileInfo> found = found(below);
    Map<String, String> texts = linkTexts(prefix, found);
    List<Entry> entries = new ArrayList<>(found.size());
    for (FileInfo info : found) {
      String text = texts.getOrDefault(info.name(), "");
      if (info.type() != FileType.LINK || !text.isEmpty()) {
        entries.add(new Entry(info.name(), info.type(), info.size(), info.mode(), text));
      }
    }
    return entries;
  }

  private List<FileInfo> found(String below) throws IOException {
    try {
      return files.list(absolute(below));
    } catch (IncompleteListingException e) {
      leaveOut(below.isEmpty() ? "." : below, "it holds names that are not UTF-8");
      return e.entries();
    }
  }

  private void leaveOut(String name, String reason) throws UnsafeEntryException {
    String told = name + ": " + reason;
    if (!options.skipsUnsafe()) {
      throw new UnsafeEntryException(
          told + "; DirectoryOptions.skipUnsafe() leaves out what cannot be copied");
    }
    warnings.add(told);
  }

  /** What links say, by their names: a listing tells only where they lead in the end. */
  private Map<String, String> linkTexts(String prefix, List<FileInfo> found) throws IOException {
    List<String> names =
        found.stream().filter(info -> info.type() == FileType.LINK).map(FileInfo::name).toList();
    List<@Nullable String> texts = new ArrayList<>();
    ArgumentBatch batch = new ArgumentBatch(paths -> texts.addAll(readLinks(paths)));
    names.forEach(name -> batch.add(absolute(prefix + name)));
    batch.flush();
    Map<String, String> byName = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String text = texts.get(i);
      if (text == null) {
        leaveOut(prefix + names.get(i), "its name is not UTF-8");
      } else {
        byName.put(names.get(i), text);
      }
    }
    return byName;
  }

  private List<@Nullable String> readLinks(List<String> paths) {
    List<String> arguments = new ArrayList<>(List.of("-c", READ_LINKS, "sh"));
    arguments.addAll(paths);
    Command command = Command.of("/bin/sh", arguments.toArray(String[]::new));
    ExecResult result = files.run(OPERATION, directory, "readlink", command);
    List<@Nullable String> texts = new ArrayList<>();
    if (result.stdout().isComplete()) {
      ByteBuffer bytes = ByteBuffer.wrap(result.stdout().bytes());
      int start = 0;
      for (int at = 0; at < bytes.limit(); at++) {
        if (bytes.get(at) == 0) {
          texts.add(decoded(bytes.slice(start, at - start)));
          start = at + 1;
        }
      }
    }
    if (texts.size() != paths.size()) {
      throw new WireFormatException(
          Failure.of(OPERATION, directory, "other links than were asked for"));
    }
    return texts;
  }

  /** Null if it is not UTF-8. */
  private static @Nullable String decoded(ByteBuffer text) {
    try {
      return UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  @Override
  public InputStream open(String file) {
    return files.open(absolute(file));
  }

  @Override
  public IOException shortened(String file) {
    return new SandboxIOException(
        new PlatformException(
            Failure.of(
                OPERATION, directory, file + " became shorter or was replaced while it was read")));
  }
}
