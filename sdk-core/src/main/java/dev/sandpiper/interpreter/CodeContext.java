package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * A kernel that keeps what runs define in it.
 *
 * @param id the platform's name for it
 * @param language such as {@code python}, as the platform says it
 * @param directory where its code runs; empty if the platform does not say
 */
public record CodeContext(String id, String language, String directory) implements Serializable {
  public CodeContext {
    requireNonNull(id, "id");
    requireNonNull(language, "language");
    requireNonNull(directory, "directory");
  }
}
