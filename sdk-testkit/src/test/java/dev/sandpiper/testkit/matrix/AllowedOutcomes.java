package dev.sandpiper.testkit.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code docs/matrix.md} allows: a row for each operation, a column for what happens to it.
 */
final class AllowedOutcomes {
  static final Path DOCUMENT = Path.of("..", "docs", "matrix.md");

  /** What happens, as the table's head names it. */
  enum Column {
    BREAKS_IN_THE_REQUEST,
    BREAKS_IN_THE_RESPONSE,
    BREAKS_AFTER_THE_END,
    SILENCE,
    FOREIGN_TEXT,
    TWICE,
    BUSY,
    ERROR,
    UNAUTHORIZED,
    SLOW_OR_NEVER_SEEN,
    ENDED;

    static Column of(Cell cell) {
      if (cell.ending() != Ending.ITSELF) return ENDED;
      return switch (cell.fault().group()) {
        case BREAKS -> ofBreak(cell.moment());
        case TOKEN_STALLS -> SILENCE;
        case SLOW, NEVER_SEEN -> SLOW_OR_NEVER_SEEN;
        default -> valueOf(cell.fault().group().name());
      };
    }

    private static Column ofBreak(Moment moment) {
      if (moment.isBehindTheEnd()) return BREAKS_AFTER_THE_END;
      return moment.isInTheRequest() ? BREAKS_IN_THE_REQUEST : BREAKS_IN_THE_RESPONSE;
    }

    String title() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private final Map<String, Map<String, String>> table = new HashMap<>();

  private AllowedOutcomes() {}

  static AllowedOutcomes read() {
    try {
      return of(Files.readAllLines(DOCUMENT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static AllowedOutcomes of(List<String> lines) {
    AllowedOutcomes allowed = new AllowedOutcomes();
    List<String> head = List.of();
    for (String line : lines) {
      List<String> words = words(line);
      if (words.isEmpty()) {
        head = List.of();
      } else if (head.isEmpty()) {
        head = words;
      } else {
        allowed.add(head, words);
      }
    }
    return allowed;
  }

  private static List<String> words(String line) {
    if (!line.startsWith("|")) return List.of();
    return Arrays.stream(line.substring(1).split("\\|", -1)).map(String::strip).toList();
  }

  private void add(List<String> head, List<String> words) {
    Map<String, String> row = table.computeIfAbsent(words.get(0), name -> new HashMap<>());
    for (int i = 1; i < words.size(); i++) {
      row.put(head.get(i), words.get(i));
    }
  }

  private String text(String operation, String column) {
    String text = table.getOrDefault(operation, Map.of()).get(column);
    if (text == null) throw new AssertionError("no '" + column + "' of '" + operation + "'");
    return text;
  }

  Set<Outcome> of(Cell cell) {
    String text = text(cell.operation().title(), Column.of(cell).title());
    String[] platforms = text.split("/", -1);
    boolean isOne = platforms.length == 1 || !cell.row().isBlaxel();
    Set<Outcome> outcomes = outcomes(platforms[isOne ? 0 : 1]);
    if (cell.ending() != Ending.DEADLINE) outcomes.remove(Outcome.DEADLINE);
    if (cell.fault() == FaultKind.DRIP) outcomes.add(Outcome.RIGHT); // a short response, in time
    return outcomes;
  }

  private static Set<Outcome> outcomes(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(word -> Outcome.valueOf(word.strip().toUpperCase(Locale.ROOT)))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Outcome.class)));
  }

  /** How long a call may take that nobody ends. */
  Duration time(Cell cell) {
    return seconds(text(cell.operation().title(), "seconds"));
  }

  /** How long what ends a call may take: its return, and the client's {@code close()}. */
  Duration timeOfEnd(Cell cell) {
    return seconds(text(cell.operation().title(), "seconds to end"));
  }

  private static Duration seconds(String text) {
    return Duration.ofSeconds(Long.parseLong(text));
  }
}
