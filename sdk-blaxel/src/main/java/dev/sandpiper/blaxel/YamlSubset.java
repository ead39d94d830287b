package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the part of YAML in which configuration files are written: mappings and lists by
 * indentation, and values on one line, plain or quoted; comments; nothing else. What else YAML has
 * (block texts, anchors, tags, flow collections that are not empty, several documents) is refused
 * with the line's number, because half an understanding of it would be a wrong configuration. All
 * values are texts. No message quotes a value, which may be a secret.
 *
 * @see <a href="https://yaml.org/spec/1.2.2/">YAML</a>
 */
final class YamlSubset {
  private static final int DEEPEST = 16;

  /** What cannot be read, and where. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(int line, String what) {
      super("line " + line + ": " + what);
    }
  }

  /** A line that says something: where its text begins, and that text without a comment. */
  private record Line(int number, int indent, String text) {
    boolean isItem() {
      return text.equals("-") || text.startsWith("- ");
    }

    /** What stands behind the dash, as a line of its own. */
    Line behindDash() {
      String rest = text.substring(1);
      String stripped = rest.stripLeading();
      return new Line(number, indent + text.length() - stripped.length(), stripped);
    }
  }

  private final List<Line> lines;
  private int next;

  private YamlSubset(List<Line> lines) {
    this.lines = lines;
  }

  /** The document in {@code text}; an empty object where there is none. */
  static JsonNode parse(String text) throws Malformed {
    YamlSubset parser = new YamlSubset(lines(text));
    if (parser.lines.isEmpty()) {
      return Json.object();
    }
    JsonNode document = parser.block(parser.lines.get(0).indent, 0);
    if (parser.next < parser.lines.size()) {
      throw new Malformed(parser.lines.get(parser.next).number, "indented less than what it is in");
    }
    return document;
  }

  private static List<Line> lines(String text) throws Malformed {
    List<Line> lines = new ArrayList<>();
    String[] all = text.split("\r\n|\n|\r", -1);
    for (int i = 0; i < all.length; i++) {
      String line = i == 0 && all[i].startsWith("\uFEFF") ? all[i].substring(1) : all[i];
      String said = withoutComment(line, i + 1);
      if (said.isBlank() || (said.equals("---") && lines.isEmpty())) {
        continue;
      }
      if (said.startsWith("---") || said.startsWith("...") || said.startsWith("%")) {
        throw new Malformed(i + 1, "a second document, or a directive");
      }
      int indent = said.length() - said.stripLeading().length();
      if (said.substring(0, indent).contains("\t")) {
        throw new Malformed(i + 1, "indented by a tab; YAML wants blanks");
      }
      lines.add(new Line(i + 1, indent, said.strip()));
    }
    return lines;
  }

  /** A comment begins with a # at the beginning or behind a blank, and not inside quotes. */
  private static String withoutComment(String line, int number) throws Malformed {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean beginsWord = i == 0 || " \t:-".indexOf(line.charAt(i - 1)) >= 0;
      if (quote != 0) {
        if (c == '\\' && quote == '"') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if ((c == '"' || c == '\'') && beginsWord) {
        quote = c;
      } else if (c == '#' && (i == 0 || Character.isWhitespace(line.charAt(i - 1)))) {
        return line.substring(0, i).stripTrailing();
      }
    }
    if (quote != 0) {
      throw new Malformed(number, "a quote that is not closed on its line");
    }
    return line.stripTrailing();
  }

  private JsonNode block(int indent, int depth) throws Malformed {
    if (depth > DEEPEST) {
      throw new Malformed(lines.get(next).number, "more than " + DEEPEST + " levels deep");
    }
    return lines.get(next).isItem() ? list(indent, depth) : mapping(indent, depth);
  }

  private ArrayNode list(int indent, int depth) throws Malformed {
    ArrayNode items = Json.object().arrayNode();
    while (next < lines.size() && lines.get(next).indent == indent && lines.get(next).isItem()) {
      Line line = lines.get(next);
      Line behind = line.behindDash();
      if (behind.text.isEmpty()) {
        next++;
        items.add(nested(line, indent, depth));
      } else if (behind.isItem() || keyEnd(behind) >= 0) {
        lines.set(next, behind);
        items.add(block(behind.indent, depth + 1));
      } else {
        next++;
        items.add(value(behind.text, line.number));
      }
    }
    rejectStrange(indent);
    return items;
  }

  private ObjectNode mapping(int indent, int depth) throws Malformed {
    ObjectNode mapping = Json.object();
    while (next < lines.size() && lines.get(next).indent == indent && !lines.get(next).isItem()) {
      Line line = lines.get(next);
      int end = keyEnd(line);
      if (end < 0) {
        throw new Malformed(line.number, "neither 'name: value' nor '- item'");
      }
      String key = value(line.text.substring(0, end).strip(), line.number).asText("");
      if (mapping.has(key)) {
        throw new Malformed(line.number, "a name that stands there twice");
      }
      String text = line.text.substring(end + 1).strip();
      next++;
      mapping.set(key, text.isEmpty() ? nested(line, indent, depth) : value(text, line.number));
    }
    rejectStrange(indent);
    return mapping;
  }

  /** What stands deeper than a line; for a mapping's value also a list that stands as deep. */
  private JsonNode nested(Line parent, int indent, int depth) throws Malformed {
    if (next == lines.size()) {
      return NullNode.getInstance();
    }
    Line line = lines.get(next);
    boolean isListBeside = line.indent == indent && line.isItem() && !parent.isItem();
    if (line.indent > indent || isListBeside) {
      return block(line.indent, depth + 1);
    }
    return NullNode.getInstance();
  }

  private void rejectStrange(int indent) throws Malformed {
    if (next < lines.size() && lines.get(next).indent > indent) {
      throw new Malformed(lines.get(next).number, "indented unlike the lines before it");
    }
  }

  /** Where a key ends: at a colon with a blank or nothing behind it, outside of quotes; else -1. */
  private static int keyEnd(Line line) {
    String text = line.text;
    char quote = text.charAt(0);
    int from = quote == '"' || quote == '\'' ? text.indexOf(quote, 1) : 0;
    for (int i = Math.max(from, 0); i < text.length(); i++) {
      if (text.charAt(i) == ':' && (i + 1 == text.length() || text.charAt(i + 1) == ' ')) {
        return i;
      }
    }
    return -1;
  }

  private static JsonNode value(String text, int line) throws Malformed {
    char first = text.isEmpty() ? 0 : text.charAt(0);
    if (first == '"' || first == '\'') {
      return TextNode.valueOf(unquoted(text, first, line));
    }
    if (text.equals("{}")) {
      return Json.object();
    }
    if (text.equals("[]")) {
      return Json.object().arrayNode();
    }
    if ("{[|>&*!%@`".indexOf(first) >= 0 && first != 0) {
      throw new Malformed(line, "YAML of a kind that is not read here: it begins with " + first);
    }
    boolean isNull = text.equals("~") || text.equals("null");
    return isNull ? NullNode.getInstance() : TextNode.valueOf(text);
  }

  private static String unquoted(String text, char quote, int line) throws Malformed {
    StringBuilder value = new StringBuilder();
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == quote && quote == '\'' && text.startsWith("''", i)) {
        value.append(c);
        i++;
      } else if (c == quote) {
        if (i + 1 < text.length()) {
          throw new Malformed(line, "something behind the closing quote");
        }
        return value.toString();
      } else if (c == '\\' && quote == '"' && i + 1 < text.length()) {
        i++;
        value.append(escaped(text.charAt(i), line));
      } else {
        value.append(c);
      }
    }
    throw new Malformed(line, "a quote that is not closed on its line");
  }

  private static char escaped(char c, int line) throws Malformed {
    return switch (c) {
      case '"', '\\', '/', ' ' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      default -> throw new Malformed(line, "an escape that is not read here: \\" + c);
    };
  }
}
