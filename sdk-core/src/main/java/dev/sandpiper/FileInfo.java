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
 * it leads to.
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

  /** Everything but the metadata's values, which may be anybody's. */
  @Override
  public String toString() {
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
