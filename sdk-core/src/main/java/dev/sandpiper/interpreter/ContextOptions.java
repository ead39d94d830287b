package dev.sandpiper.interpreter;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Options of a new context. Immutable; each method returns a modified copy. */
public final class ContextOptions {
  private static final ContextOptions STANDARD = new ContextOptions(null, null);

  private final @Nullable String language;
  private final @Nullable String directory;

  private ContextOptions(@Nullable String language, @Nullable String directory) {
    this.language = language;
    this.directory = directory;
  }

  /** The service's defaults: Python, in {@code /home/user} on E2B and in {@code /app} on Blaxel. */
  public static ContextOptions standard() {
    return STANDARD;
  }

  /**
   * The kernel's language, such as {@code python}, {@code javascript} or {@code r}.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public ContextOptions language(String name) {
    return new ContextOptions(CodeRequest.requireLanguage(name), directory);
  }

  /**
   * The working directory of its code: the absolute path of an existing directory.
   *
   * @throws IllegalArgumentException if it is not absolute, or has a quote, a backslash or a
   *     control character, which the service would insert into source code
   */
  public ContextOptions directory(String path) {
    SplicedText.require("the directory", path, "change the directory in the code");
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("the directory must be an absolute path: '" + path + "'");
    }
    return new ContextOptions(language, path);
  }

  /** Empty for the service's default. */
  public Optional<String> language() {
    return Optional.ofNullable(language);
  }

  /** Empty for the service's default. */
  public Optional<String> directory() {
    return Optional.ofNullable(directory);
  }

  @Override
  public String toString() {
    return "ContextOptions[language=" + language + ", directory=" + directory + "]";
  }
}
