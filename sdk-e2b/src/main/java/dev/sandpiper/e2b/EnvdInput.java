package dev.sandpiper.e2b;

import com.google.protobuf.ByteString;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInput;
import dev.sandpiper.http.CallScope;

/** The input of one process: its standard input, or the keyboard of its terminal. */
final class EnvdInput {
  /** Ctrl-D: to a program that reads lines, the end of file. */
  private static final ByteString END_OF_TRANSMISSION = ByteString.copyFrom(new byte[] {4});

  /** Where input goes. */
  enum Kind {
    STDIN,
    TERMINAL
  }

  private final ProcessRpc rpc;
  private final int pid;
  private final String name;
  private final Kind kind;
  private final CallScope givenUp = CallScope.open();

  EnvdInput(ProcessRpc rpc, ProcessRef ref, String name, Kind kind) {
    this.rpc = rpc;
    this.pid = Integer.parseUnsignedInt(ref.processId());
    this.name = name;
    this.kind = kind;
  }

  void write(byte[] bytes, int offset, int length) {
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

  void close() {
    if (kind == Kind.TERMINAL) {
      type(END_OF_TRANSMISSION);
    } else {
      rpc.requireStdin("close stdin", name);
      rpc.closeStdin(name, pid, givenUp);
    }
  }

  void giveUp() {
    givenUp.cancel();
  }
}
