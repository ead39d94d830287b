package dev.sandpiper.testkit.machine;

import dev.sandpiper.e2b.proto.ProcessProto.PTY;

/** A terminal's columns and rows, 16 bits each for the kernel. */
public record TerminalSize(int columns, int rows) {
  private static final int KNOWN_BITS = 0xffff;

  public static TerminalSize of(PTY terminal) {
    PTY.Size size = terminal.getSize();
    return new TerminalSize(size.getCols() & KNOWN_BITS, size.getRows() & KNOWN_BITS);
  }
}
