package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * What a terminal has shown, as lines that can be compared: without control sequences, prompts,
 * empty lines, and what was shown twice because it was typed before anybody read.
 */
final class Screen {
  private static final String TITLE = "\u001b][^\u0007]*\u0007";
  private static final String SEQUENCE = "\u001b\\[[0-9;?]*[A-Za-z]";
  private static final String PROMPT = "^(\\S*[$#] )+";

  private Screen() {}

  static List<String> lines(byte[] shown) {
    String text = new String(shown, UTF_8).replaceAll(TITLE, "").replaceAll(SEQUENCE, "");
    List<String> lines = new ArrayList<>();
    for (String raw : text.replace("\r", "").split("\n", -1)) {
      String line = ofAnyMachine(raw.replaceFirst(PROMPT, ""));
      boolean again = !lines.isEmpty() && lines.get(lines.size() - 1).equals(line);
      if (!line.isEmpty() && !again) lines.add(line);
    }
    return lines;
  }

  private static String ofAnyMachine(String line) {
    if (line.contains("not found") || line.contains("No such file")) return "no such program";
    return line.replaceAll("/dev/pts/\\d+", "/dev/pts/N");
  }
}
