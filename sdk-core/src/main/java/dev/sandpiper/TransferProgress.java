package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How far a transfer is.
 *
 * @param bytes content that has passed so far; restarts at zero if the transfer is sent again
 * @param totalBytes all that will pass, where that is known before
 * @param entries files, directories and links that are done; of a single file, 1 at its end
 */
public record TransferProgress(long bytes, OptionalLong totalBytes, long entries) {
  public TransferProgress {
    requireNonNull(totalBytes, "totalBytes");
  }
}
