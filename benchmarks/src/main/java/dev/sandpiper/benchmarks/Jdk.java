package dev.sandpiper.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Java runtime that programs are measured on. */
record Jdk(Path home) {
  private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"([0-9]+)([^\"]*)\"");

  /** The one that measures. */
  static Jdk ours() {
    return new Jdk(Path.of(System.getProperty("java.home")));
  }

  /** The one that {@code NEWEST_JAVA_HOME} names; empty without it. */
  static Optional<Jdk> newest() {
    return Optional.ofNullable(System.getenv("NEWEST_JAVA_HOME"))
        .map(home -> new Jdk(Path.of(home)));
  }

  String java() {
    return home.resolve("bin/java").toString();
  }

  String version() {
    Matcher version = read();
    return version.group(1) + version.group(2);
  }

  int feature() {
    return Integer.parseInt(read().group(1));
  }

  private Matcher read() {
    try {
      Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
      if (version.find()) return version;
      throw new IllegalStateException("no JAVA_VERSION in " + home.resolve("release"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
