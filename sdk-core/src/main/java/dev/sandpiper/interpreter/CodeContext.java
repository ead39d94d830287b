package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * A kernel whose state, such as variables, is kept between runs.
 *
 * @param id the platform's id of the context
 * @param language such as {@code python}, as reported by the platform
 * @param directory the working directory of its code; empty if the platform does not report it
 */
public record CodeContext(String id, String language, String directory) implements Serializable {
  public CodeContext {
    requireNonNull(id, "id");
    requireNonNull(language, "language");
    requireNonNull(directory, "directory");
  }
}
