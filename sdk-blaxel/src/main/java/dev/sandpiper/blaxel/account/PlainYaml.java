package dev.sandpiper.blaxel.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the subset of YAML in which Blaxel's tools write their configuration: each line has one
 * {@code name: value}, or a name followed by its mapping or list; a dash begins an item of a list.
 * Everything else is rejected with its line number, even if a full parser would accept it: the file
 * contains credentials, and a partly understood value is a wrong one. All values are text, and
 * {@code null} is the empty text. Messages do not quote values.
 *
 * @see <a href="https://yaml.org/spec/1.2.2/">YAML</a>
 */
public final class PlainYaml {
  private static final int DEEPEST = 64;

  /** Spaces; a dash for the first name of an item; a name; a value. */
  private static final Pattern LINE =
      Pattern.compile("( *)(- +)?([A-Za-z_][A-Za-z0-9_-]{0,99}):(?: ++(.*))?");

  private static final Pattern NOTHING = Pattern.compile(" *(#.*)?");
  private static final Pattern PLAIN =
      Pattern.compile("-?[A-Za-z0-9_./+](?:[A-Za-z0-9_./+=@~:-]*[A-Za-z0-9_./+=@~-])?");

  /** Without a quote or a backslash inside, which credentials do not contain. */
  private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"\\\\]*\"");

  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(int line, String what) {
      super("line " + line + ": " + what);
    }
  }

  /**
   * A line with a name.
   *
   * @param dash the column of its dash; -1 without one
   * @param indent the column of its name
   * @param value null if it has none
   */
  private record Line(int number, int dash, int indent, String name, @Nullable JsonNode value) {
    boolean continues(int mapping) {
      return dash < 0 && indent == mapping;
    }
  }

  private final List<Line> lines = new ArrayList<>();
  private int next;

  private PlainYaml() {}

  /** The document in {@code text}; an empty object if it is empty. */
  public static JsonNode parse(String text) throws Malformed {
    PlainYaml yaml = new PlainYaml();
    String[] all = text.split("\r\n|\n|\r", -1);
    for (int i = 0; i < all.length; i++) {
      yaml.add(i + 1, all[i]);
    }
    if (yaml.lines.isEmpty()) {
      return Json.object();
    }
    JsonNode document = yaml.mapping(yaml.lines.get(0).indent);
    if (yaml.next < yaml.lines.size()) {
      throw new Malformed(yaml.lines.get(yaml.next).number, "indented unlike the lines before it");
    }
    return document;
  }

  private void add(int number, String text) throws Malformed {
    if (text.indexOf('\t') >= 0) {
      throw new Malformed(
          number, "indented by a tab, or with one in it; YAML is indented by blanks");
    }
    if (text.chars().anyMatch(letter -> letter < ' ' || letter > '~')) {
      throw new Malformed(number, "a character that is not printable ASCII");
    }
    if (NOTHING.matcher(text).matches() || (text.equals("---") && lines.isEmpty())) {
      return;
    }
    int comment = text.indexOf(" #");
    String content = comment < 0 ? text : text.substring(0, comment);
    Matcher matcher = LINE.matcher(content.stripTrailing());
    if (!matcher.matches()) {
      throw new Malformed(number, "neither 'name: value' nor '- name: value'");
    }
    int dash = matcher.start(2);
    int indent = matcher.start(3);
    if (indent > DEEPEST || (dash >= 0 && lines.isEmpty())) {
      throw new Malformed(number, "indented too deep, or a list that has no name");
    }
    String value = matcher.group(4);
    lines.add(
        new Line(
            number, dash, indent, matcher.group(3), value == null ? null : value(value, number)));
  }

  private static JsonNode value(String text, int line) throws Malformed {
    if (QUOTED.matcher(text).matches()) {
      return TextNode.valueOf(text.substring(1, text.length() - 1));
    }
    if (PLAIN.matcher(text).matches()) {
      return TextNode.valueOf(text.equals("null") ? "" : text);
    }
    return switch (text) {
      case "{}" -> Json.object();
      case "[]" -> Json.object().arrayNode();
      default ->
          throw new Malformed(line, "a value in a form that is not read here; write it in quotes");
    };
  }

  /** The next line, with or without a dash, and the following lines of the same indentation. */
  private ObjectNode mapping(int indent) throws Malformed {
    ObjectNode mapping = Json.object();
    do {
      Line line = lines.get(next++);
      if (mapping.has(line.name)) {
        throw new Malformed(line.number, "a name that is there twice");
      }
      mapping.set(line.name, line.value == null ? behind(line) : line.value);
    } while (next < lines.size() && lines.get(next).continues(indent));
    return mapping;
  }

  /**
   * The value after a name without one on its line: a list may have the same indentation as its
   * name.
   */
  private JsonNode behind(Line name) throws Malformed {
    Line line = next < lines.size() ? lines.get(next) : name;
    if (line.dash >= name.indent) {
      return list(line.dash);
    }
    return line.dash < 0 && line.indent > name.indent ? mapping(line.indent) : TextNode.valueOf("");
  }

  private ArrayNode list(int dash) throws Malformed {
    ArrayNode items = Json.object().arrayNode();
    while (next < lines.size() && lines.get(next).dash == dash) {
      items.add(mapping(lines.get(next).indent));
    }
    return items;
  }
}
