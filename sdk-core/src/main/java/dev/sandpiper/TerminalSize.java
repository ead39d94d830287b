package dev.sandpiper;

/**
 * The size of a terminal in characters.
 *
 * @param columns 1 to 65535
 * @param rows 1 to 65535
 */
public record TerminalSize(int columns, int rows) {
  private static final int MOST = 65_535;

  public TerminalSize {
    requireInRange("columns", columns);
    requireInRange("rows", rows);
  }

  private static void requireInRange(String name, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(
          "a terminal has 1 to " + MOST + " " + name + ", not " + value);
    }
  }

  @Override
  public String toString() {
    return columns + "x" + rows;
  }
}
