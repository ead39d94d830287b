package dev.sandpiper.e2b.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.files.SandboxFiles;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.ContentReads;
import dev.sandpiper.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The files of one session: whole texts, and listings of names. */
final class SessionFiles extends SandboxFiles {
  private static final int KNOWN_BODY_LIMIT = 100 << 10;
  private static final int LARGEST_FILE = 16 << 20;

  private final SessionCalls calls;

  SessionFiles(SessionCalls calls, SandboxPaths paths) {
    super(paths, 1);
    this.calls = calls;
  }

  @Override
  public List<FileInfo> list(String directory, int depth) {
    if (depth > 1) {
      // A link to a directory looks like a directory, and could form a cycle.
      throw SessionCalls.unsupported("list", directory, Capability.FILE_STATUS);
    }
    return super.list(directory, depth);
  }

  @Override
  protected List<FileInfo> entries(String directory, int depth) {
    return entries("list", directory);
  }

  private List<FileInfo> entries(String operation, String directory) {
    JsonNode entries = calls.list(operation, directory).path("entries");
    if (!entries.isArray()) {
      throw malformed(operation, directory, "a listing without entries");
    }
    List<FileInfo> infos = new ArrayList<>();
    for (JsonNode entry : entries) {
      infos.add(info(operation, directory, entry));
    }
    return infos;
  }

  private static FileInfo info(String operation, String directory, JsonNode entry) {
    String name = Json.text(entry, "name").orElse("");
    String path = directory.endsWith("/") ? directory + name : directory + "/" + name;
    if (!SandboxPaths.isName(name, path)) {
      throw malformed(operation, directory, "an entry that is not the name of a file");
    }
    FileType type = entry.path("isDir").booleanValue() ? FileType.DIRECTORY : FileType.UNKNOWN;
    return FileInfo.named(path, name, type);
  }

  private static WireFormatException malformed(String operation, String path, String observed) {
    return new WireFormatException(Failure.of(operation, path, observed), null);
  }

  /** The server does not report whether it existed: it did if it can be listed. */
  @Override
  public boolean makeDirectory(String path) {
    String absolute = paths().entry(path);
    if (isDirectory(absolute)) {
      return false;
    }
    calls.makeDirectory(absolute);
    return true;
  }

  private boolean isDirectory(String path) {
    try {
      calls.list("makeDirectory", path);
      return true;
    } catch (PlatformException e) {
      return false; // the session exists: other failures have another class
    } catch (NotFoundException e) {
      if (e.what() == NotFoundException.What.SANDBOX) {
        throw e;
      }
      return false;
    }
  }

  /** The server does not report whether anything existed: it did if its directory lists it. */
  @Override
  protected boolean remove(String path) {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    String directory = slash == 0 ? "/" : path.substring(0, slash);
    if (entries("delete", directory).stream().noneMatch(entry -> entry.name().equals(name))) {
      return false;
    }
    calls.remove(path);
    return true;
  }

  @Override
  public InputStream read(String path, ReadOptions options) {
    if (options.offset() > 0 || options.length().isPresent()) {
      throw SessionCalls.unsupported("read", path, Capability.RANGES);
    }
    return super.read(path, options);
  }

  @Override
  protected InputStream open(String path, ReadOptions options) {
    JsonNode content = calls.read(path).path("content");
    if (!content.isTextual()) {
      throw malformed("read", path, "a file without content");
    }
    if (content.textValue().indexOf('\uFFFD') >= 0) {
      throw refused(
          "read",
          path,
          "it has U+FFFD, which replaces bytes that are not UTF-8; this API has text only");
    }
    byte[] bytes = content.textValue().getBytes(UTF_8);
    transferred(bytes, options.listener());
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public void upload(Path source, String path, WriteOptions options) {
    sizeOf(source); // which rejects anything but a file
    write(path, Content.of(source), options);
  }

  @Override
  public void write(String path, Content content, WriteOptions options) {
    if (options.isAtomic()) {
      throw SessionCalls.unsupported("write", path, Capability.MOVE);
    }
    super.write(path, Content.of(text(path, bytes(path, content))), options);
  }

  @Override
  protected void write(String path, Content content, OptionalLong total, WriteOptions options) {
    byte[] bytes = bytes(path, content);
    try {
      calls.write(path, new String(bytes, UTF_8));
    } catch (PlatformException e) {
      throw unknown(bytes.length < KNOWN_BODY_LIMIT ? e : tooLong(e, bytes.length));
    } catch (SandboxException e) {
      throw unknown(e);
    }
    transferred(bytes, options.listener());
  }

  private static byte[] bytes(String path, Content content) {
    try (InputStream stream = content.open()) {
      byte[] bytes = stream.readNBytes(LARGEST_FILE);
      if (stream.read() < 0) return bytes;
    } catch (IOException e) {
      throw ContentReads.failed(Failure.of("write", path, ""), e);
    }
    throw refused("write", path, "this API takes a file in one request; this is above 16 MiB");
  }

  private static String text(String path, byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw SessionCalls.unsupported("write", path, Capability.BYTES);
    }
  }

  private static PlatformException tooLong(PlatformException e, int length) {
    String hint = " (" + length + " bytes; servers of this kind take about 100 KB in a request)";
    return new PlatformException(e.failure().withObserved(e.failure().observed() + hint), e);
  }

  private static SandboxException unknown(SandboxException e) {
    return Ambiguity.mayHaveStarted(e)
        ? Ambiguity.unknown(e, "it is unknown whether the file was written, or a part")
        : e;
  }

  private static void transferred(byte[] bytes, TransferListener listener) {
    listener.progress(new TransferProgress(bytes.length, OptionalLong.of(bytes.length), 1));
  }

  @Override
  public FileInfo stat(String path) {
    throw SessionCalls.unsupported("stat", path, Capability.FILE_STATUS);
  }

  @Override
  public boolean exists(String path) {
    throw SessionCalls.unsupported("exists", path, Capability.FILE_STATUS);
  }

  @Override
  public FileInfo move(String source, String destination) {
    throw SessionCalls.unsupported("move", source, Capability.MOVE);
  }

  @Override
  public DirectorySummary downloadDirectory(
      String directory, Path target, DirectoryOptions options) {
    throw SessionCalls.unsupported("downloadDirectory", directory, Capability.DIRECTORIES);
  }

  @Override
  public DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options) {
    throw SessionCalls.unsupported("uploadDirectory", directory, Capability.DIRECTORIES);
  }

  @Override
  public EventStream<FileEvent> watch(String directory, WatchOptions options) {
    throw SessionCalls.unsupported("watch", directory, Capability.WATCH);
  }
}
