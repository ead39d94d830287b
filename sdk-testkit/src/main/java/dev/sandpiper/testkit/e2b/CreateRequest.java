package dev.sandpiper.testkit.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.testkit.e2b.ControlPlane.RefusedException;
import dev.sandpiper.testkit.e2b.Templates.Template;
import dev.sandpiper.testkit.http.Unenforced;
import dev.sandpiper.testkit.machine.Secrets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The body of a request for a new sandbox. What this machine does not do is refused. */
record CreateRequest(LocalSandbox.Spec spec, Duration timeToLive) {
  private static final Unenforced.Fields FIELDS =
      new Unenforced.Fields(
          Set.of("templateID", "timeout", "metadata", "envVars", "secure"),
          Map.of(
              "allow_internet_access", BooleanNode.TRUE,
              "allowPublicTraffic", BooleanNode.TRUE,
              "autoPauseMemory", BooleanNode.TRUE,
              "onTimeout", TextNode.valueOf("kill")));

  /** What the two versions of the call do with what is left out. */
  enum Version {
    /** Short-lived, and without a token. */
    FIRST(15) {
      @Override
      boolean isSecure(ObjectNode body) {
        return flag(body, "secure", false);
      }
    },
    /** Always with a token. */
    SECOND(300) {
      @Override
      boolean isSecure(ObjectNode body) {
        return true;
      }
    };

    final int defaultSeconds;

    Version(int defaultSeconds) {
      this.defaultSeconds = defaultSeconds;
    }

    abstract boolean isSecure(ObjectNode body);
  }

  static CreateRequest parse(ObjectNode body, Version version, Sandboxes sandboxes) {
    JsonNode name = body.path("templateID");
    if (!name.isTextual()) throw new RefusedException(400, "templateID must be a string");
    JsonNode seconds = body.path("timeout");
    if (!isAbsent(seconds) && !(seconds.isIntegralNumber() && seconds.canConvertToInt())) {
      throw new RefusedException(400, "timeout must be a number of seconds");
    }
    int timeout = seconds.asInt(version.defaultSeconds);
    if (timeout <= 0) throw new RefusedException(400, "timeout must be greater than 0");
    Duration timeToLive = Sandboxes.bounded(Duration.ofSeconds(timeout));
    String refusal = sandboxes.unenforced().refusal("", body, FIELDS);
    if (refusal != null) throw new RefusedException(400, refusal);
    Template template = sandboxes.template(name.textValue());
    if (template == null) {
      throw new RefusedException(404, "template '" + name.textValue() + "' not found");
    }
    LocalSandbox.Spec spec =
        new LocalSandbox.Spec(
            template,
            texts(body, "metadata"),
            texts(body, "envVars"),
            version.isSecure(body) ? Secrets.accessToken() : null,
            flag(body, "allow_internet_access", true));
    return new CreateRequest(spec, timeToLive);
  }

  private static boolean flag(ObjectNode body, String field, boolean absent) {
    JsonNode value = body.path(field);
    if (isAbsent(value)) return absent;
    if (!value.isBoolean()) throw new RefusedException(400, field + " must be true or false");
    return value.booleanValue();
  }

  private static Map<String, String> texts(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    Map<String, String> texts = new LinkedHashMap<>();
    if (isAbsent(value)) return texts;
    if (!value.isObject()) throw new RefusedException(400, field + " must be an object");
    value
        .properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isTextual()) {
                throw new RefusedException(400, field + " must hold strings only");
              }
              texts.put(entry.getKey(), entry.getValue().textValue());
            });
    return texts;
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }
}
