package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.wire.SentText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bytes to send to a sandbox. Repeatable content may be sent again if it is certain that nothing of
 * the first attempt arrived; a stream is sent once.
 */
public final class Content {

  /** Opens the bytes from their beginning. */
  @FunctionalInterface
  public interface Opener {
    InputStream open() throws IOException;
  }

  private final Opener opener;
  private final OptionalLong length;
  private final boolean repeatable;

  private Content(Opener opener, OptionalLong length, boolean repeatable) {
    this.opener = opener;
    this.length = length;
    this.repeatable = repeatable;
  }

  /** These bytes, copied. */
  public static Content of(byte[] bytes) {
    byte[] copy = bytes.clone();
    return new Content(() -> new ByteArrayInputStream(copy), OptionalLong.of(copy.length), true);
  }

  /**
   * This text in UTF-8.
   *
   * @throws IllegalArgumentException if it has an unpaired surrogate, which UTF-8 cannot encode
   */
  public static Content of(String text) {
    return of(SentText.requireUnicode("the content", text).getBytes(UTF_8));
  }

  /** A file on this machine, read when it is sent. */
  public static Content of(Path file) {
    requireNonNull(file, "file");
    return new Content(() -> Files.newInputStream(file), OptionalLong.empty(), true);
  }

  /** A stream of unknown length, sent once; sending closes it. */
  public static Content of(InputStream stream) {
    requireNonNull(stream, "stream");
    AtomicBoolean taken = new AtomicBoolean();
    Opener once =
        () -> {
          if (!taken.compareAndSet(false, true)) {
            throw new IOException("this stream has been sent already; streams are sent once");
          }
          return stream;
        };
    return new Content(once, OptionalLong.empty(), false);
  }

  /** Content that can be opened any number of times; each stream is closed after use. */
  public static Content of(Opener opener) {
    return new Content(requireNonNull(opener, "opener"), OptionalLong.empty(), true);
  }

  /** Opens the bytes. The caller closes them. */
  public InputStream open() throws IOException {
    return opener.open();
  }

  /** The number of bytes, if it is known for certain before they are read. */
  public OptionalLong length() {
    return length;
  }

  /** True if it may be opened more than once. */
  public boolean isRepeatable() {
    return repeatable;
  }
}
