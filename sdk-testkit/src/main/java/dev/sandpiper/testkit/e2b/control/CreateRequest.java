package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.e2b.sandbox.Bodies;
import dev.sandpiper.testkit.e2b.sandbox.Lifecycle;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.e2b.sandbox.Templates;
import dev.sandpiper.testkit.e2b.sandbox.Templates.Template;
import dev.sandpiper.testkit.http.Unenforced;
import dev.sandpiper.testkit.machine.Secrets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of a request for a new sandbox. Options that this machine does not support are rejected.
 */
final class CreateRequest {
  static final Unenforced.Fields FIELDS =
      new Unenforced.Fields(
          Set.of(
              "templateID",
              "timeout",
              "metadata",
              "envVars",
              "secure",
              "autoPause",
              "autoPauseMemory",
              "autoResume"),
          Map.of(
              "allow_internet_access", BooleanNode.TRUE,
              "allowPublicTraffic", BooleanNode.TRUE,
              "onTimeout", TextNode.valueOf("kill")));

  /** Objects whose field names are the caller's: a field is a request even if it is empty. */
  private static final List<String> NAMING = List.of("/mcp", "/iam/tokens", "/network/rules");

  private CreateRequest() {}

  /** The defaults of the two versions of the call. */
  enum Version {
    /** Short-lived, and without a token. */
    FIRST(15) {
      @Override
      boolean isSecure(ObjectNode body) {
        return Bodies.flag(body, "secure", false);
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

  static LocalSandbox.Spec parse(ObjectNode body, Version version, Sandboxes sandboxes) {
    JsonNode name = body.path("templateID");
    if (!name.isTextual()) throw new ApiException(400, "templateID must be a string");
    JsonNode seconds = body.path("timeout");
    if (!Bodies.isAbsent(seconds) && !(seconds.isIntegralNumber() && seconds.canConvertToInt())) {
      throw new ApiException(400, "timeout must be a number of seconds");
    }
    int timeout = seconds.asInt(version.defaultSeconds);
    if (timeout <= 0) throw new ApiException(400, "timeout must be greater than 0");
    Duration timeToLive = Sandboxes.bounded(Duration.ofSeconds(timeout));
    ApiException.throwIf(sandboxes.unenforced().refusal("", body, FIELDS));
    for (String named : NAMING) {
      if (body.at(named).isEmpty()) continue;
      ApiException.throwIf(sandboxes.unenforced().refusal(named.split("/", -1)[1]));
    }
    Lifecycle lifecycle = Lifecycle.parse(body, timeToLive);
    Template template = sandboxes.template(name.textValue());
    if (template == null) throw Templates.notFound(name.textValue());
    return new LocalSandbox.Spec(
        template,
        Bodies.texts(body, "metadata"),
        Bodies.texts(body, "envVars"),
        version.isSecure(body) ? Secrets.accessToken() : null,
        Bodies.flag(body, "allow_internet_access", true),
        lifecycle);
  }
}
