package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The creates that were sent with an {@code Idempotency-Key}. A key with the same body gets the
 * response of the first create again. E2B's specification names the error codes but neither the
 * statuses nor how long a key is kept; here they are 409 while the first create is in progress, 422
 * for another body, and an hour, for at most the last thousand keys. A failed create has created
 * nothing, so its key is free again. Thread-safe.
 */
public final class IdempotencyKeys {
  static final String HEADER = "Idempotency-Key";

  private static final Pattern KEY = Pattern.compile("[a-z0-9-]{1,255}");
  private static final Duration KEPT = Duration.ofHours(1);
  private static final int MOST_KEYS = 1000;

  /** Creates the sandbox and describes it. */
  @FunctionalInterface
  public interface Creation {
    ObjectNode create() throws IOException;
  }

  /** A create. Its response is null while it is in progress; guarded by the outer object. */
  private static final class Entry {
    private final byte[] request;
    private final Instant since;
    private @Nullable ObjectNode answer;

    Entry(byte[] request, Instant since) {
      this.request = request;
      this.since = since;
    }
  }

  private final InstantSource clock;

  // Guarded by this object's monitor. In order of arrival.
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  public IdempotencyKeys(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Creates, or repeats the response of the earlier create with this key.
   *
   * @throws ApiException if the key is malformed, in use, or was sent with another body
   */
  public ObjectNode create(String key, ObjectNode request, Creation creation) throws IOException {
    if (!KEY.matcher(key).matches()) {
      throw new ApiException(400, HEADER + " must be 1 to 255 characters of a-z, 0-9 and -");
    }
    Entry entry = new Entry(Secrets.sha256(request.toString()), clock.instant());
    ObjectNode before = claim(key, entry);
    if (before != null) return before;
    ObjectNode answer = null;
    try {
      answer = creation.create();
      return answer;
    } finally {
      finish(key, entry, answer);
    }
  }

  /** The earlier response; null if the caller now owns the key. */
  private synchronized @Nullable ObjectNode claim(String key, Entry entry) {
    forgetOld(entry.since.minus(KEPT));
    Entry before = entries.putIfAbsent(key, entry);
    if (before == null) return null;
    if (!MessageDigest.isEqual(before.request, entry.request)) {
      throw new ApiException(
          422, "this " + HEADER + " was sent with another body", "idempotency_request_mismatch");
    }
    if (before.answer == null) {
      throw new ApiException(
          409,
          "the request with this " + HEADER + " is still being processed",
          "idempotency_in_progress");
    }
    return before.answer;
  }

  private void forgetOld(Instant kept) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      if (oldest.next().since.isAfter(kept) && entries.size() < MOST_KEYS) return;
      oldest.remove();
    }
  }

  private synchronized void finish(String key, Entry entry, @Nullable ObjectNode answer) {
    entry.answer = answer;
    if (answer == null) entries.remove(key, entry);
  }
}
