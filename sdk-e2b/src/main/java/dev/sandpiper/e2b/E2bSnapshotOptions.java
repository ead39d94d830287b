package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.wire.SentText;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to take a snapshot. Immutable; each method returns a changed copy. */
public final class E2bSnapshotOptions {
  private static final E2bSnapshotOptions STANDARD = new E2bSnapshotOptions(null, null);

  private final @Nullable String name;
  private final @Nullable E2bPauseMode mode;

  private E2bSnapshotOptions(@Nullable String name, @Nullable E2bPauseMode mode) {
    this.name = name;
    this.mode = mode;
  }

  /** Without a name, with the platform's default mode: memory and files. */
  public static E2bSnapshotOptions standard() {
    return STANDARD;
  }

  /** A name by which it can be found, and used as a template. */
  public E2bSnapshotOptions name(String name) {
    if (SentText.require("the snapshot's name", name).isBlank()) {
      throw new IllegalArgumentException("the snapshot's name is blank");
    }
    return new E2bSnapshotOptions(name, mode);
  }

  /**
   * Which state it keeps. Sandboxes created from a snapshot with files only are booted. A control
   * plane without this option (before November 2026) silently keeps the memory too.
   */
  public E2bSnapshotOptions mode(E2bPauseMode kept) {
    return new E2bSnapshotOptions(name, requireNonNull(kept, "kept"));
  }

  Optional<String> name() {
    return Optional.ofNullable(name);
  }

  Optional<E2bPauseMode> mode() {
    return Optional.ofNullable(mode);
  }
}
