package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox says about one entry of its filesystem. A link is described itself, and not what
 * it leads to. Without {@link Capability#FILE_STATUS} a listing has paths, names and types only:
 * then {@code size}, {@code mode}, {@code owner}, {@code group} and {@code modified} throw an
 * {@link UnsupportedCapabilityException}.
 *
 * @param path absolute
 * @param name its last part
 * @param size in bytes; of a link, of its text; 0 for files without a true size, as in {@code
 *     /proc}
 * @param mode the permission bits, with set-uid, set-gid and sticky: {@code 0644} and the like
 * @param modified when its content was changed last
 * @param linkTarget where a link leads, followed to the end, where the platform tells that; empty
 *     for what is no link, and for a link that leads nowhere or in a circle
 * @param metadata what was stored with it under names; empty where a platform keeps none
 */
public record FileInfo(
    String path,
    String name,
    FileType type,
    long size,
    int mode,
    String owner,
    String group,
    Instant modified,
    Optional<String> linkTarget,
    Map<String, String> metadata)
    implements Serializable {
  private static final int UNTOLD = -1;

  public FileInfo {
    requireNonNull(path, "path");
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(owner, "owner");
    requireNonNull(group, "group");
    requireNonNull(modified, "modified");
    requireNonNull(linkTarget, "linkTarget");
    metadata = Map.copyOf(metadata);
  }

  /** An entry of which the platform says only this. */
  public static FileInfo named(String path, String name, FileType type) {
    return new FileInfo(
        path, name, type, UNTOLD, UNTOLD, "", "", Instant.MIN, Optional.empty(), Map.of());
  }

  @Override
  public long size() {
    return told(size);
  }

  @Override
  public int mode() {
    return told(mode);
  }

  @Override
  public String owner() {
    return told(owner);
  }

  @Override
  public String group() {
    return told(group);
  }

  @Override
  public Instant modified() {
    return told(modified);
  }

  private <T> T told(T value) {
    if (mode == UNTOLD) {
      throw new UnsupportedCapabilityException(
          Failure.of("list", path, "this platform lists names and types only"),
          Capability.FILE_STATUS);
    }
    return value;
  }

  /** Everything but the metadata's values, which may be anybody's. */
  @Override
  public String toString() {
    if (mode == UNTOLD) {
      return type + "[" + path + "]";
    }
    return String.format(
        Locale.ROOT,
        "%s[%s, %d bytes, %04o, %s:%s, %s]",
        type,
        path,
        size,
        mode,
        owner,
        group,
        modified);
  }

  /** An {@code Optional} is not serializable. */
  private Object writeReplace() {
    return new Written(
        path, name, type, size, mode, owner, group, modified, linkTarget.orElse(null), metadata);
  }

  private record Written(
      String path,
      String name,
      FileType type,
      long size,
      int mode,
      String owner,
      String group,
      Instant modified,
      @Nullable String linkTarget,
      Map<String, String> metadata)
      implements Serializable {
    private Object readResolve() {
      return new FileInfo(
          path,
          name,
          type,
          size,
          mode,
          owner,
          group,
          modified,
          Optional.ofNullable(linkTarget),
          metadata);
    }
  }
}
