package dev.sandpiper.e2b.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Capability;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;

/**
 * The input of one process, which accepts text. A character that is incomplete at the end of a
 * write is sent with the next. One caller at a time.
 */
final class SessionInput implements CommandInput {
  /** At most 96 KB as JSON: the related server accepts bodies up to 100 KB. */
  private static final int PIECE = 16_000;

  private final SessionCalls calls;
  private final String name;
  private final String process;
  private final CallScope givenUp;
  private byte[] unfinished = {};

  SessionInput(SessionCalls calls, String name, String process) {
    this.calls = calls;
    this.name = name;
    this.process = process;
    this.givenUp = calls.scope();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    String text = decoded(bytes, offset, length);
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(from + PIECE, text.length());
      if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
        to--;
      }
      send(text.substring(from, to));
      from = to;
    }
  }

  private String decoded(byte[] bytes, int offset, int length) {
    ByteBuffer in =
        ByteBuffer.allocate(unfinished.length + length).put(unfinished).put(bytes, offset, length);
    CharBuffer out = CharBuffer.allocate(in.flip().remaining());
    if (UTF_8.newDecoder().decode(in, out, false).isError()) {
      throw SessionCalls.unsupported("write stdin", name, Capability.BYTES);
    }
    unfinished = new byte[in.remaining()];
    in.get(unfinished);
    return out.flip().toString();
  }

  private void send(String text) {
    try {
      calls.writeStdin(name, process, text, givenUp);
    } catch (SandboxException e) {
      throw Ambiguity.mayHaveStarted(e)
          ? Ambiguity.unknown(e, "it is unknown whether the process has read all of it")
          : e;
    }
  }

  @Override
  public void close() {
    throw SessionCalls.unsupported("close stdin", name, Capability.STDIN_END);
  }

  @Override
  public void giveUp() {
    givenUp.cancel();
  }
}
