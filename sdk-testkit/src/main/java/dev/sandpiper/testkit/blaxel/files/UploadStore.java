package dev.sandpiper.testkit.blaxel.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.files.JoinedStream;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.Directories;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The parts of uploads, on disk until they are put together. Nothing expires. Thread-safe. */
final class UploadStore implements AutoCloseable {
  /**
   * An upload in progress.
   *
   * @param target absolute
   */
  record Upload(
      String target, int mode, Instant begun, Path directory, NavigableMap<Integer, Part> parts) {}

  /**
   * A stored part.
   *
   * @param etag its MD5
   */
  record Part(int number, String etag, long size, Instant stored, Path file) {
    void describe(ObjectNode part) {
      part.put("partNumber", number)
          .put("etag", etag)
          .put("size", size)
          .put("uploadedAt", FileStatus.time(stored));
    }
  }

  private final DiskWrites disk;
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();

  // Guarded by this object's monitor.
  private @Nullable Path directory;
  private boolean closed;

  UploadStore(DiskWrites disk) {
    this.disk = disk;
  }

  /** The new upload's id. */
  String begin(String target, int mode) throws IOException {
    String id = UUID.randomUUID().toString();
    Path parts = Files.createDirectory(directory().resolve(id));
    uploads.put(id, new Upload(target, mode, Instant.now(), parts, new ConcurrentSkipListMap<>()));
    return id;
  }

  /** Created when it is first needed. */
  private synchronized Path directory() throws IOException {
    if (closed) throw new IOException("the sandbox is gone");
    if (directory == null) directory = Files.createTempDirectory("sandpiper-uploads-");
    return directory;
  }

  @Nullable Upload find(String id) {
    return uploads.get(id);
  }

  Map<String, Upload> all() {
    return Map.copyOf(uploads);
  }

  /**
   * Stores a part; an incomplete one is discarded. An earlier part of the same number is replaced.
   */
  Part add(String id, int number, InputStream content) throws IOException {
    Upload upload = uploads.get(id);
    if (upload == null) throw new IOException("the upload is gone");
    Path file = Files.createTempFile(upload.directory, "part-" + number + "-", "");
    MessageDigest digest = md5();
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
      content.transferTo(out);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    String etag = HexFormat.of().formatHex(digest.digest());
    Part part = new Part(number, etag, Files.size(file), Instant.now(), file);
    Part former = upload.parts.put(number, part);
    if (former != null) Files.deleteIfExists(former.file);
    return part;
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Writes the parts one after the other, in place, and removes the upload. */
  void complete(Exchange exchange, String id, Upload upload, Collection<Part> parts)
      throws IOException {
    String complaint = "failed to complete upload: failed to create final file: ";
    try (InputStream content = new JoinedParts(parts.iterator())) {
      disk.write(exchange, upload.target, upload.mode, content, complaint);
    } catch (Refusal e) {
      throw new Refusal(500, String.valueOf(e.getMessage()));
    }
    abort(id);
  }

  /** Several files as one stream. At most one of them is open. */
  private static final class JoinedParts extends JoinedStream {
    private final Iterator<Part> left;

    JoinedParts(Iterator<Part> parts) {
      this.left = parts;
    }

    @Override
    protected @Nullable InputStream next() throws IOException {
      return left.hasNext() ? Files.newInputStream(left.next().file) : null;
    }
  }

  void abort(String id) {
    Upload upload = uploads.remove(id);
    if (upload != null) Directories.delete(upload.directory);
  }

  @Override
  public void close() {
    Path ending;
    synchronized (this) {
      closed = true;
      ending = directory;
    }
    uploads.clear();
    if (ending != null) Directories.delete(ending);
  }
}
