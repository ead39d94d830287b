package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.engine.Variables;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Commands as the one text that Blaxel gives to the sandbox's shell. */
final class ShellText {
  private static final int FIRST_BYTE = 0xDC80;
  private static final int LAST_BYTE = 0xDCFF;

  /** {@code exec /bin/sh -c WRAPPER sh} and what the wrapper is told. */
  private static final int BEFORE_COMMAND = 5 + 13;

  private static final Pattern WORD =
      Pattern.compile("((?:[^' \"$\\\\]++|'[^']*+'|\\\\')++)(?: |$)");

  private ShellText() {}

  /** Replaces the shell by the command, so that nothing stands between its end and the record. */
  static String of(Command command) {
    return Variables.EXEC
        + " "
        + quoted(command.arguments())
        + (command.mergesErrors() ? " 2>&1" : "");
  }

  /** Runs a script of ours. */
  static String script(String script, List<String> arguments) {
    return "exec /bin/sh -c " + quote(script) + " sh " + quoted(arguments);
  }

  private static String quoted(List<String> words) {
    return words.stream().map(ShellText::quote).collect(Collectors.joining(" "));
  }

  /**
   * The command in a text that was made here, or that the server gives to its shell for somebody
   * else.
   */
  static List<String> commandIn(String text) {
    List<String> words = words(text);
    boolean isWrapped = words.size() > BEFORE_COMMAND && text.startsWith("exec /bin/sh -c ");
    if (isWrapped && words.get(3).startsWith("sandpiper_writer=")) {
      return words.subList(BEFORE_COMMAND, words.size());
    }
    return List.of("/bin/sh", "-c", text);
  }

  /** What is separated by blanks, without its quotes; nothing if it is not of our making. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      words.add(matcher.group(1).replace("'\\''", "\0").replace("'", "").replace('\0', '\''));
      end = matcher.end();
    }
    return end == text.length() ? words : List.of();
  }

  /** In single quotes nothing means anything, and they themselves stand outside. */
  static String quote(String word) {
    return UTF_8.newEncoder().canEncode(word)
        ? "'" + word.replace("'", "'\\''") + "'"
        : rebuilt(bytes(word));
  }

  /**
   * The bytes of a text. One that is no UTF-8 is given as one of the surrogates U+DC80 to U+DCFF,
   * alone.
   *
   * @throws IllegalArgumentException if another surrogate stands alone
   */
  static byte[] bytes(String word) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    word.codePoints()
        .forEach(
            point -> {
              if (point >= FIRST_BYTE && point <= LAST_BYTE) {
                bytes.write(point - FIRST_BYTE + 0x80);
              } else if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(
                    "an argument has half a character in it, which stands for no byte; only U+DC80"
                        + " to U+DCFF do");
              } else {
                bytes.writeBytes(Character.toString(point).getBytes(UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  /** JSON cannot carry such bytes, so the shell makes them. It drops newlines at the end. */
  private static String rebuilt(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == '\n') {
      end--;
    }
    StringBuilder text = new StringBuilder("\"$(printf '");
    for (int i = 0; i < end; i++) {
      text.append("\\").append(String.format(Locale.ROOT, "%03o", bytes[i] & 0xff));
    }
    text.append("')\"");
    return end == bytes.length
        ? text.toString()
        : text.append('\'').append("\n".repeat(bytes.length - end)).append('\'').toString();
  }
}
