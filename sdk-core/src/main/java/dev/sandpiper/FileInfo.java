package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The status of one entry of a sandbox's filesystem. For a link it is that of the link itself, not
 * of its target. Without {@link Capability#FILE_STATUS} a listing has paths, names and types only:
 * then {@code size}, {@code mode}, {@code owner}, {@code group} and {@code modified} throw an
 * {@link UnsupportedCapabilityException}. Immutable; each method that begins with {@code with}
 * returns a changed copy.
 */
public final class FileInfo implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Entry entry;

  private record Status(long size, int mode, String owner, String group, Instant modified)
      implements Serializable {
    Status {
      requireNonNull(owner, "owner");
      requireNonNull(group, "group");
      requireNonNull(modified, "modified");
    }
  }

  private record Entry(
      String path,
      String name,
      FileType type,
      @Nullable Status status,
      @Nullable String linkTarget,
      Map<String, String> metadata)
      implements Serializable {
    Entry {
      requireNonNull(path, "path");
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      metadata = Map.copyOf(metadata);
    }
  }

  private FileInfo(Entry entry) {
    this.entry = entry;
  }

  /**
   * An entry without further information.
   *
   * @param path absolute
   * @param name its last part
   */
  public static FileInfo named(String path, String name, FileType type) {
    return new FileInfo(new Entry(path, name, type, null, null, Map.of()));
  }

  /** A copy with what {@link Capability#FILE_STATUS} adds, see the accessors. */
  public FileInfo withStatus(long size, int mode, String owner, String group, Instant modified) {
    Status status = new Status(size, mode, owner, group, modified);
    return with(status, entry.linkTarget, entry.metadata);
  }

  public FileInfo withLinkTarget(String path) {
    return with(entry.status, requireNonNull(path, "path"), entry.metadata);
  }

  public FileInfo withMetadata(Map<String, String> values) {
    return with(entry.status, entry.linkTarget, values);
  }

  private FileInfo with(
      @Nullable Status status, @Nullable String linkTarget, Map<String, String> metadata) {
    return new FileInfo(
        new Entry(entry.path, entry.name, entry.type, status, linkTarget, metadata));
  }

  /** Absolute. */
  public String path() {
    return entry.path;
  }

  /** The last part of its path. */
  public String name() {
    return entry.name;
  }

  public FileType type() {
    return entry.type;
  }

  /**
   * In bytes; for a link, the length of its text; 0 for files without a real size, as in {@code
   * /proc}.
   */
  public long size() {
    return status().size;
  }

  /** The permission bits, with set-uid, set-gid and sticky: {@code 0644} and the like. */
  public int mode() {
    return status().mode;
  }

  public String owner() {
    return status().owner;
  }

  public String group() {
    return status().group;
  }

  /** When its content was last changed. */
  public Instant modified() {
    return status().modified;
  }

  /**
   * The final target of a link, if the platform reports it; empty for other entries, and for a link
   * that is dangling or part of a cycle.
   */
  public Optional<String> linkTarget() {
    return Optional.ofNullable(entry.linkTarget);
  }

  /** The metadata stored with it; empty if a platform keeps no metadata. */
  public Map<String, String> metadata() {
    return entry.metadata;
  }

  /**
   * The status as plain values: {@code path}, {@code name} and {@code type}; {@code size}, {@code
   * mode} (octal text), {@code owner}, {@code group} and {@code modified} (text) if known; {@code
   * linkTarget} and {@code metadata} if present. This is what Jackson serializes.
   */
  @JsonValue
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", entry.path);
    map.put("name", entry.name);
    map.put("type", entry.type.name());
    Status known = entry.status;
    if (known != null) {
      map.put("size", known.size);
      map.put("mode", String.format(Locale.ROOT, "%04o", known.mode));
      map.put("owner", known.owner);
      map.put("group", known.group);
      map.put("modified", known.modified.toString());
    }
    linkTarget().ifPresent(target -> map.put("linkTarget", target));
    if (!entry.metadata.isEmpty()) {
      map.put("metadata", entry.metadata);
    }
    return map;
  }

  private Status status() {
    if (entry.status == null) {
      throw new UnsupportedCapabilityException(
          Failure.of("list", entry.path, "this platform lists names and types only"),
          Capability.FILE_STATUS);
    }
    return entry.status;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileInfo that && entry.equals(that.entry);
  }

  @Override
  public int hashCode() {
    return entry.hashCode();
  }

  /** Everything except the values of the metadata, which may be sensitive. */
  @Override
  public String toString() {
    Status known = entry.status;
    if (known == null) {
      return entry.type + "[" + entry.path + "]";
    }
    return String.format(
        Locale.ROOT,
        "%s[%s, %d bytes, %04o, %s:%s, %s]",
        entry.type,
        entry.path,
        known.size,
        known.mode,
        known.owner,
        known.group,
        known.modified);
  }
}
