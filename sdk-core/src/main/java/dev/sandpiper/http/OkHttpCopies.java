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
 * Finds a second OkHttp on the class path. Up to 4.12 its classes are in {@code okhttp}, since 5.0
 * in {@code okhttp-jvm}, so a build tool sees two libraries and takes both; the order of the jars
 * decides, and the old classes fail with a {@code NoSuchMethodError} at some call.
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
   * @throws IllegalStateException if the copy that is used is older than 5.0
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
      String found = "Sandpiper needs OkHttp 5, and OkHttp " + version + " comes first: " + copies;
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
      throw new UncheckedIOException("the class path could not be searched for OkHttp", e);
    }
  }

  /** Read at run time: the compiler would copy the constant. */
  static String version() {
    try {
      return String.valueOf(Class.forName("okhttp3.OkHttp").getField("VERSION").get(null));
    } catch (ReflectiveOperationException e) {
      return "3.x"; // has no such class
    }
  }
}
