package dev.sandpiper.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.wire.Json;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What platforms call sandboxes and processes. An answer is not trusted to have such an id: it
 * becomes a part of URLs, of headers and of references.
 */
public final class SandboxIds {
  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,128}");

  private SandboxIds() {}

  public static boolean isOne(String text) {
    return ID.matcher(text).matches();
  }

  /** The id in a field; empty if the field has something else, or is missing. */
  public static Optional<String> in(JsonNode json, String field) {
    return Json.text(json, field).filter(SandboxIds::isOne);
  }
}
