package dev.sandpiper.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SentText;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The parameters of a tool: their schema, and the validation of a call's arguments. */
record Parameters(List<Parameter> all) {
  private static final int LONGEST_DOCUMENT = 16 << 20;
  private static final int LONGEST_NAME = 60;

  static Parameters of(Parameter... parameters) {
    return new Parameters(List.of(parameters));
  }

  /** The JSON schema of the arguments. */
  String schema() {
    ObjectNode schema = Json.object().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    all.forEach(parameter -> describe(parameter, properties.putObject(parameter.name())));
    var required = schema.putArray("required");
    all.stream().filter(Parameter::isRequired).forEach(each -> required.add(each.name()));
    schema.put("additionalProperties", false);
    return new String(Json.write(schema), UTF_8);
  }

  private static void describe(Parameter parameter, ObjectNode property) {
    property.put("type", parameter.type().inSchema).put("description", parameter.description());
    switch (parameter.type()) {
      case INTEGER -> property.put("minimum", parameter.least()).put("maximum", parameter.most());
      case WORD, TEXT ->
          property.put("minLength", parameter.least()).put("maxLength", parameter.most());
      case FLAG -> {}
    }
  }

  /**
   * Parses the arguments that a model wrote.
   *
   * @throws InvalidArgumentsException if they are invalid
   */
  Arguments read(String document) throws InvalidArgumentsException {
    JsonNode json = parse(document);
    Map<String, JsonNode> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      Parameter parameter = named(field.getKey());
      // Models write null for omitted arguments.
      if (!field.getValue().isNull()) {
        require(parameter, field.getValue());
        values.put(field.getKey(), field.getValue());
      }
    }
    for (Parameter parameter : all) {
      if (parameter.isRequired() && !values.containsKey(parameter.name())) {
        throw wrong(parameter, "it is missing");
      }
    }
    return new Arguments(values);
  }

  private static JsonNode parse(String document) throws InvalidArgumentsException {
    if (document.length() > LONGEST_DOCUMENT) {
      throw new InvalidArgumentsException(
          "The arguments have "
              + document.length()
              + " characters, and "
              + LONGEST_DOCUMENT
              + " at the most are taken: do it in several calls.");
    }
    try {
      // Some frameworks pass nothing for a tool without arguments.
      JsonNode json = document.isBlank() ? Json.object() : Json.parse(document.getBytes(UTF_8));
      if (json.isObject()) {
        return json;
      }
    } catch (MalformedStreamException e) {
      throw new InvalidArgumentsException(
          "The arguments are not JSON, or are nested too deeply: write one flat JSON object.", e);
    }
    throw new InvalidArgumentsException("The arguments are JSON but not an object: write one.");
  }

  private Parameter named(String name) throws InvalidArgumentsException {
    for (Parameter parameter : all) {
      if (parameter.name().equals(name)) {
        return parameter;
      }
    }
    throw new InvalidArgumentsException(
        "There is no argument '"
            + PlainText.printable(name, LONGEST_NAME)
            + "'. The arguments are: "
            + all.stream().map(Parameter::name).collect(Collectors.joining(", "))
            + ".");
  }

  private static void require(Parameter parameter, JsonNode value)
      throws InvalidArgumentsException {
    boolean fits =
        switch (parameter.type()) {
          case WORD -> isText(parameter, value) && value.asText().indexOf('\0') < 0;
          case TEXT -> isText(parameter, value);
          case INTEGER ->
              value.isIntegralNumber()
                  && value.canConvertToLong()
                  && value.asLong() >= parameter.least()
                  && value.asLong() <= parameter.most();
          case FLAG -> value.isBoolean();
        };
    if (!fits) {
      throw wrong(parameter, "it is " + observed(parameter.type(), value));
    }
  }

  private static boolean isText(Parameter parameter, JsonNode value) {
    return value.isTextual()
        && value.asText().length() >= parameter.least()
        && value.asText().length() <= parameter.most()
        && isUnicode(value.asText());
  }

  private static boolean isUnicode(String text) {
    try {
      SentText.requireUnicode("a text", text);
      return true;
    } catch (IllegalArgumentException e) {
      return false; // an unpaired surrogate, which UTF-8 cannot encode
    }
  }

  private static String observed(Parameter.Type expected, JsonNode value) {
    if (value.isTextual()
        && expected != Parameter.Type.INTEGER
        && expected != Parameter.Type.FLAG) {
      return "a string of " + value.asText().length() + " characters that does not fit";
    }
    return value.isIntegralNumber()
        ? PlainText.printable(value.asText(), LONGEST_NAME)
        : "of the type " + value.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  private static InvalidArgumentsException wrong(Parameter parameter, String observed) {
    return new InvalidArgumentsException(
        "The argument '"
            + parameter.name()
            + "' must be "
            + parameter.expected()
            + ", but "
            + observed
            + ".");
  }
}
