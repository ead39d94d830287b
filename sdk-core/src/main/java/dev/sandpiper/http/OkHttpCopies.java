package dev.sandpiper.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.OkHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a second OkHttp on the class path. Its classes are in the artifact {@code okhttp} up to
 * 4.12 and in {@code okhttp-jvm} since 5.0, so build tools see two libraries and keep both. Which
 * one is loaded depends on the order of the jars, and the old classes fail later with {@code
 * NoSuchMethodError}.
 */
final class OkHttpCopies {
  private static final Logger log = LoggerFactory.getLogger(OkHttpCopies.class);
  private static final String WAY_OUT =
      " Import sandpiper-bom, or exclude com.squareup.okhttp3:okhttp, so that okhttp-jvm is the"
          + " only one.";
  private static final AtomicBoolean warned = new AtomicBoolean();

  private OkHttpCopies() {}

  /**
   * Logs one warning if there is a second copy.
   *
   * @throws IllegalStateException if the loaded copy is older than 5.0
   */
  static void check() {
    List<URL> copies = copies(OkHttpClient.class.getClassLoader());
    requireNew(version(), copies);
    if (copies.size() > 1 && warned.compareAndSet(false, true)) {
      log.warn("{}", second(copies));
    }
  }

  static void requireNew(String version, List<URL> copies) {
    if (version.matches("[0-4]\\..*")) {
      String found =
          "Sandpiper needs OkHttp 5, but OkHttp "
              + version
              + " comes first on the class path: "
              + copies;
      throw new IllegalStateException(found + "." + WAY_OUT);
    }
  }

  static String second(List<URL> copies) {
    return "Two copies of OkHttp are on the class path: " + copies + "." + WAY_OUT;
  }

  static List<URL> copies(ClassLoader loader) {
    try {
      return Collections.list(loader.getResources("okhttp3/OkHttpClient.class"));
    } catch (IOException e) {
      throw new UncheckedIOException("could not search the class path for OkHttp", e);
    }
  }

  /** Read by reflection, because the compiler would inline the constant. */
  static String version() {
    try {
      return String.valueOf(Class.forName("okhttp3.OkHttp").getField("VERSION").get(null));
    } catch (ReflectiveOperationException e) {
      return "3.x"; // has no such class
    }
  }
}
