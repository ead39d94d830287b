package dev.sandpiper.e2b;

import com.google.protobuf.ByteString;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.http.Cancellation;

/** The standard input of one process. */
final class EnvdInput {
  private final ProcessRpc rpc;
  private final int pid;
  private final String name;
  private final Cancellation givenUp = new Cancellation();

  EnvdInput(ProcessRpc rpc, ProcessRef ref, String name) {
    this.rpc = rpc;
    this.pid = Integer.parseUnsignedInt(ref.processId());
    this.name = name;
  }

  void write(byte[] bytes, int offset, int length) {
    rpc.requireStdin("write stdin", name);
    rpc.sendInput(name, pid, ByteString.copyFrom(bytes, offset, length), givenUp);
  }

  void close() {
    rpc.requireStdin("close stdin", name);
    rpc.closeStdin(name, pid, givenUp);
  }

  void giveUp() {
    givenUp.cancel();
  }
}
