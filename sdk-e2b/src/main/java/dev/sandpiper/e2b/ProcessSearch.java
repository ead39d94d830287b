package dev.sandpiper.e2b;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import java.util.List;
import java.util.Optional;

/** Finds the processes that we started by the nonce that each of them carries. */
final class ProcessSearch {
  /** Carries the nonce of a process whose tag is the caller's. */
  static final String VARIABLE = "SANDPIPER_NONCE";

  private final ProcessRpc rpc;
  private final String sandboxId;

  ProcessSearch(ProcessRpc rpc, String sandboxId) {
    this.rpc = rpc;
    this.sandboxId = sandboxId;
  }

  /** What runs with this nonce, as its tag or in its environment. */
  Optional<ProcessInfo> byNonce(String nonce) {
    return all().stream().filter(info -> hasNonce(info, nonce)).findFirst();
  }

  /** What runs under this number. */
  Optional<ProcessInfo> byPid(String pid) {
    return all().stream()
        .filter(info -> Integer.toUnsignedString(info.getPid()).equals(pid))
        .findFirst();
  }

  private List<ProcessInfo> all() {
    return rpc.list(sandboxId);
  }

  static boolean hasNonce(ProcessInfo info, String nonce) {
    return info.getTag().equals(nonce)
        || nonce.equals(info.getConfig().getEnvsOrDefault(VARIABLE, ""));
  }
}
