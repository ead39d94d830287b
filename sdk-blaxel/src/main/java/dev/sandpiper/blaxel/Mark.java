package dev.sandpiper.blaxel;

import dev.sandpiper.ProcessEvent.Channel;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a file tells about its process, behind the process's id and a dot. A name alone
 * says it all, so that the event of a watch needs no further request.
 *
 * <pre>
 * p.TRY.PID.BIRTH    the command's group, before the command begins; birth as /proc has it
 * o.OFFSET  e.OFFSET    a segment of stdout, of stderr, and where its first byte stands
 * O.TRY.TOTAL.STATUS  E.TRY.TOTAL.STATUS    a channel's end; not 0: it could not be written
 * x.TRY.CODE         the exit, before the channels' ends or after them
 * d.TRY              it was stopped because its time was over
 * c                  the claim of a reader
 * n                  its input is open: a pipe that wakes the feeder
 * i.FROM.TO.COPY     a piece of input; t.TO it is taken; z.TOTAL the end of the input
 * I                  it reads no more
 * w  s               the text, the script of a command that is too long to be given to a shell
 * 0  1.TRY  2.TRY    pipes that are gone before the command begins
 * </pre>
 */
sealed interface Mark {
  /** A segment. */
  record Segment(Channel channel, long offset) implements Mark {}

  /** The end of a channel in one try. */
  record End(Channel channel, int attempt, long total, int status) implements Mark {}

  /** The exit of one try. */
  record Exit(int attempt, int code) implements Mark {}

  /** The command was begun. */
  record Begin(int attempt, String pid) implements Mark {}

  /** All input before this is the command's. */
  record Taken(long to) implements Mark {}

  /** There is input up to this. */
  record Piece(long to) implements Mark {}

  /** What can be said of an input without a number. */
  enum Input implements Mark {
    OPEN,
    CLOSED,
    ENDED
  }

  /** One form of a name. */
  record Form(Pattern pattern, Function<MatchResult, Mark> reading) {
    static Form of(String pattern, Function<MatchResult, Mark> reading) {
      return new Form(
          Pattern.compile(pattern.replace("TRY", "(\\d{1,9})").replace("BYTES", "(\\d{1,18})")),
          reading);
    }
  }

  /** All forms that mean something to a reader; the numbers fit their types. */
  List<Form> FORMS =
      List.of(
          Form.of("([oe])\\.BYTES", m -> new Segment(channel(m), number(m, 2))),
          Form.of(
              "([OE])\\.TRY\\.BYTES\\.(\\d{1,3})",
              m -> new End(channel(m), attempt(m, 2), number(m, 3), attempt(m, 4))),
          Form.of("x\\.TRY\\.(\\d{1,3})", m -> new Exit(attempt(m, 1), attempt(m, 2))),
          Form.of("p\\.TRY\\.(\\d{1,9})\\.\\d{1,20}", m -> new Begin(attempt(m, 1), m.group(2))),
          Form.of("t\\.BYTES", m -> new Taken(number(m, 1))),
          Form.of("i\\.BYTES\\.BYTES\\.\\d+", m -> new Piece(number(m, 2))),
          Form.of("z\\.BYTES", m -> Input.ENDED),
          Form.of("n", m -> Input.OPEN),
          Form.of("I", m -> Input.CLOSED));

  /** Null if the name means nothing to a reader. */
  static @Nullable Mark parse(String name) {
    for (Form form : FORMS) {
      Matcher matcher = form.pattern().matcher(name);
      if (matcher.matches()) {
        return form.reading().apply(matcher);
      }
    }
    return null;
  }

  private static Channel channel(MatchResult match) {
    return match.group(1).equalsIgnoreCase("e") ? Channel.STDERR : Channel.STDOUT;
  }

  private static long number(MatchResult match, int group) {
    return Long.parseLong(match.group(group));
  }

  private static int attempt(MatchResult match, int group) {
    return Integer.parseInt(match.group(group));
  }
}
