package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.files.FileMetadata;
import java.util.Map;

/**
 * {@link WriteOptions} with options specific to E2B. Immutable; each method returns a changed copy.
 */
public final class E2bWriteOptions {
  private final WriteOptions common;
  private final Map<String, String> metadata;
  private final boolean gzip;

  private E2bWriteOptions(WriteOptions common, Map<String, String> metadata, boolean gzip) {
    this.common = common;
    this.metadata = metadata;
    this.gzip = gzip;
  }

  public static E2bWriteOptions of(WriteOptions common) {
    return new E2bWriteOptions(requireNonNull(common, "common"), Map.of(), false);
  }

  /**
   * The complete metadata to store with the file, for {@link dev.sandpiper.FileInfo#metadata()}:
   * every write replaces the existing metadata, and a write without metadata clears it. A file
   * system without extended attributes drops it silently. Needs envd 0.6.2.
   *
   * @param values by names of letters, digits and {@code !#$%&'*+-.^_`|~}, which E2B stores in
   *     lower case; the values are printable ASCII without leading or trailing spaces, which HTTP
   *     would drop
   * @throws IllegalArgumentException for anything else, a name above 246 bytes, and more than 4096
   *     bytes in all, including nine for each name
   */
  public E2bWriteOptions metadata(Map<String, String> values) {
    return new E2bWriteOptions(common, FileMetadata.checked(values), gzip);
  }

  /** Compresses the transfer, which is worthwhile for text over a slow network. */
  public E2bWriteOptions gzip() {
    return new E2bWriteOptions(common, metadata, true);
  }

  public WriteOptions common() {
    return common;
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  /** True after {@link #gzip()}. */
  public boolean gzips() {
    return gzip;
  }
}
