package dev.sandpiper.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.wire.Json;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The ids of sandboxes and processes. An id from a response is validated, because it becomes a part
 * of URLs, headers and references.
 */
public final class SandboxIds {
  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,128}");

  private SandboxIds() {}

  public static boolean isOne(String text) {
    return ID.matcher(text).matches();
  }

  /** The id in a field; empty if the field is missing or not a valid id. */
  public static Optional<String> in(JsonNode json, String field) {
    return Json.text(json, field).filter(SandboxIds::isOne);
  }
}
