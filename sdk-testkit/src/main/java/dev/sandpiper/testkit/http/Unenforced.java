package dev.sandpiper.testkit.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fields that requests may have although they have no effect: only those configured when the
 * server was started. Each use of those is logged as a warning.
 */
public final class Unenforced {
  private static final Logger log = LoggerFactory.getLogger(Unenforced.class);

  private final Set<String> accepted;

  public Unenforced(Set<String> accepted) {
    this.accepted = Set.copyOf(accepted);
  }

  /**
   * The known fields of an object.
   *
   * @param done the supported fields; not applied to nested objects
   * @param neutral the values of other fields that have no effect anyway; a field that is not
   *     listed here may be absent, null, false or empty
   */
  public record Fields(Set<String> done, Map<String, ? extends ValueNode> neutral) {
    private boolean asks(String name, JsonNode value) {
      if (value.isNull() || value.equals(neutral.get(name))) return false;
      if (value.isContainerNode()) {
        return value instanceof ObjectNode object
            ? object.properties().stream().anyMatch(one -> asks(one.getKey(), one.getValue()))
            : !value.isEmpty();
      }
      return neutral.containsKey(name) || !value.isBoolean() || value.booleanValue();
    }
  }

  /**
   * Why an object is rejected, as a sentence; null if it is accepted.
   *
   * @param prefix the prefix of its fields' names, such as {@code spec.}
   */
  public @Nullable String refusal(String prefix, JsonNode object, Fields fields) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String refusal = null;
      boolean done = fields.done.contains(field.getKey());
      if (!done && fields.asks(field.getKey(), field.getValue())) {
        refusal = refusal(prefix + field.getKey());
      }
      if (refusal != null) return refusal;
    }
    return null;
  }

  /** Why a request with this field is rejected, as a sentence; null if it is accepted. */
  public @Nullable String refusal(String name) {
    if (accepted.contains(name)) {
      log.warn("a request asks for {}, which is accepted and not enforced", name);
      return null;
    }
    return "local sandboxes do not support "
        + name
        + " as it was sent; to have it accepted and ignored, start the local sandboxes with"
        + " acceptUnenforced(\""
        + name
        + "\")";
  }
}
