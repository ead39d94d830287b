package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * The progress of a transfer.
 *
 * @param bytes content transferred so far; restarts at zero if the transfer is repeated
 * @param totalBytes the total size, if known in advance
 * @param entries number of completed files, directories and links; for a single file, 1 at its end
 */
public record TransferProgress(long bytes, OptionalLong totalBytes, long entries) {
  public TransferProgress {
    requireNonNull(totalBytes, "totalBytes");
  }
}
