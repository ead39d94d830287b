package dev.sandpiper.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInput;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.http.CallScope;

/**
 * The input of one process: its standard input, or the keyboard of its terminal.
 *
 * @param givenUp cancels writes in flight and later ones
 */
record EnvdInput(ProcessRpc rpc, int pid, String name, Kind kind, CallScope givenUp)
    implements CommandInput {
  /** Ctrl-D, which is end of file for a program that reads lines. */
  private static final ByteString END_OF_TRANSMISSION = ByteString.copyFrom(new byte[] {4});

  /** The destination of input. */
  enum Kind {
    STDIN,
    TERMINAL
  }

  EnvdInput(ProcessRpc rpc, ProcessRef ref, String name, Kind kind) {
    this(rpc, Integer.parseUnsignedInt(ref.processId()), name, kind, rpc.scope().apart());
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    ByteString piece = ByteString.copyFrom(bytes, offset, length);
    if (kind == Kind.TERMINAL) {
      type(piece);
    } else {
      rpc.requireStdin("write stdin", name);
      rpc.sendInput(name, pid, ProcessInput.newBuilder().setStdin(piece).build(), givenUp);
    }
  }

  private void type(ByteString piece) {
    rpc.sendInput(name, pid, ProcessInput.newBuilder().setPty(piece).build(), givenUp);
  }

  @Override
  public void close() {
    if (kind == Kind.TERMINAL) {
      type(END_OF_TRANSMISSION);
    } else {
      rpc.requireStdin("close stdin", name);
      rpc.closeStdin(name, pid, givenUp);
    }
  }

  void resize(TerminalSize size, CallScope scope) {
    rpc.in(scope).resize(name, pid, size);
  }

  @Override
  public void giveUp() {
    givenUp.cancel();
  }
}
