package dev.sandpiper.testkit.retries;

import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.ApiCall.Repetition;
import dev.sandpiper.http.ApiCall.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code docs/retries.md}, whose tables are rendered, and can be read. */
final class RetryDocument {
  private static final Path FILE = Path.of("..", "docs", "retries.md");
  private static final String END = "<!-- end -->";
  private static final String HEAD =
      """
      | Operation | Request | Connection lost | 429, 502, 503, 504 | When it has failed |
      |---|---|---|---|---|
      """;

  private RetryDocument() {}

  /** A row as a reader sees it. */
  record Row(Calls provider, ApiCall call, boolean ifLost, boolean ifRefused) {
    @Override
    public String toString() {
      return provider + " " + call;
    }
  }

  static String text() throws IOException {
    return Files.readString(FILE);
  }

  static void write(String text) throws IOException {
    Files.writeString(FILE, text);
  }

  /** The document with the tables that the enums give. */
  static String rendered() throws IOException {
    String text = text();
    for (Calls provider : Calls.values()) {
      int begin = begin(text, provider);
      StringBuilder table = new StringBuilder(HEAD);
      provider.all().forEach(call -> table.append(line(call.rule())));
      text = text.substring(0, begin) + table + text.substring(text.indexOf(END, begin));
    }
    return text;
  }

  private static int begin(String text, Calls provider) {
    int marker = text.indexOf(provider.marker());
    if (marker < 0) throw new AssertionError("no " + provider.marker());
    return marker + provider.marker().length();
  }

  private static String line(Rule rule) {
    boolean ifLost = rule.repetition() != Repetition.IF_UNSENT;
    boolean ifRefused = rule.repetition() == Repetition.IF_LOST_OR_REFUSED;
    String cells = repeated(ifLost) + " | " + repeated(ifRefused) + " | " + rule.afterwards();
    return "| " + named(rule) + " | " + cells.stripTrailing() + " |\n";
  }

  private static String named(Rule rule) {
    return "`" + rule.verb() + "` | `" + rule.route() + "`";
  }

  private static String repeated(boolean is) {
    return is ? "repeated" : "not repeated";
  }

  /** The rows as they stand in the document, with the call of which each is. */
  static List<Row> rows() throws IOException {
    String text = text();
    return List.of(Calls.values()).stream()
        .flatMap(
            provider -> {
              int begin = begin(text, provider);
              String table = text.substring(begin, text.indexOf(END, begin));
              return table.lines().skip(2).map(line -> row(provider, line));
            })
        .toList();
  }

  private static Row row(Calls provider, String line) {
    String[] cells = line.split(" \\| ", -1);
    ApiCall call =
        provider.all().stream()
            .filter(one -> line.startsWith("| " + named(one.rule()) + " | "))
            .filter(one -> line.endsWith(("| " + one.rule().afterwards()).stripTrailing() + " |"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing is sent by " + line));
    return new Row(provider, call, cells[2].equals("repeated"), cells[3].equals("repeated"));
  }
}
