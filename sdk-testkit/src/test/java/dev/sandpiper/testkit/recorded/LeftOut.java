package dev.sandpiper.testkit.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The committed list of recorded exchanges that are not compared: conversation, numbers, reason.
 */
public final class LeftOut {
  /** Why an exchange is left out, by the first word of its reason. */
  public enum Reason {
    /** It is sent, and its answer taken as it comes. */
    VARIES("(race|root):.*"),
    /** It is never sent. */
    HARMS("harm:.*"),
    /** It is answered in another way, and a test looks whether it still is. */
    DIFFERS("(?!race:|root:|harm:).*");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final List<String> lines;

  private LeftOut(List<String> lines) {
    this.lines = lines;
  }

  /**
   * Reads a list.
   *
   * @param resource for example {@code /wire/e2b/left-out.txt}
   */
  public static LeftOut load(String resource) {
    return new LeftOut(lines(resource));
  }

  /** The exchanges of a recording that are left out for this reason. */
  public Set<Integer> of(String recording, Reason reason) {
    Set<Integer> numbers = new TreeSet<>();
    lines.stream()
        .map(line -> line.split("\\s+", 3))
        .filter(words -> words[0].equals(recording) && words[2].matches(reason.text))
        .flatMap(words -> Arrays.stream(words[1].split(",", -1)))
        .forEach(number -> numbers.add(Integer.valueOf(number)));
    return numbers;
  }

  /** What a list in the test's resources says, without its comments. */
  public static List<String> lines(String resource) {
    try (InputStream in = LeftOut.class.getResourceAsStream(resource)) {
      assertThat(in).as(resource).isNotNull();
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
