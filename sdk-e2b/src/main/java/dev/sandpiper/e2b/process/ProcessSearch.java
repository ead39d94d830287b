package dev.sandpiper.e2b.process;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.ProcessPlatform;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.http.CallScope;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import okio.Buffer;
import okio.Utf8;

/** Finds processes by nonce, which distinguishes a process from a later one with the same pid. */
public record ProcessSearch(ProcessRpc rpc, String sandboxId) implements ProcessPlatform {
  private static final int FINGERPRINT_BYTES = 16;

  ProcessSearch in(CallScope scope) {
    return new ProcessSearch(rpc.in(scope), sandboxId);
  }

  /** The running processes, and exited shells whose children hold their outputs open. */
  List<ProcessInfo> all() {
    return rpc.list(sandboxId);
  }

  /** The running process with this nonce. */
  Optional<ProcessInfo> byNonce(String nonce) {
    return all().stream().filter(info -> nonceOf(info).equals(nonce)).findFirst();
  }

  @Override
  public Map<ProcessRef, String> running(Collection<ProcessRef> refs, CallScope scope) {
    List<ProcessInfo> all = in(scope).all();
    Map<ProcessRef, String> running = new LinkedHashMap<>();
    for (ProcessRef ref : refs) {
      find(ref, all).ifPresent(info -> running.put(ref, ref.processId()));
    }
    return running;
  }

  /** Reaches only the process itself, and may lose its final output. */
  @Override
  public boolean signal(ProcessRef ref, Signal signal, CallScope scope) {
    try {
      rpc.in(scope).signal(Integer.parseUnsignedInt(ref.processId()), signal);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** The referenced process, if it is among these. */
  static Optional<ProcessInfo> find(ProcessRef ref, List<ProcessInfo> running) {
    return running.stream()
        .filter(info -> pid(info).equals(ref.processId()) && nonceOf(info).equals(ref.nonce()))
        .findFirst();
  }

  ProcessRef ref(ProcessInfo info) {
    return new ProcessRef(EnvdLauncher.PLATFORM, sandboxId, pid(info), nonceOf(info));
  }

  /** The pid of a process, as written in references. */
  static String pid(ProcessInfo info) {
    return Integer.toUnsignedString(info.getPid());
  }

  /** The nonce of a process; a fingerprint if we did not start it. */
  static String nonceOf(ProcessInfo info) {
    String inVariable = info.getConfig().getEnvsOrDefault(Variables.PROCESS, "");
    if (Nonce.isOne(inVariable)) {
      return inVariable;
    }
    return Nonce.isOne(info.getTag()) ? info.getTag() : fingerprint(info);
  }

  /**
   * A digest of everything that the sandbox reports about a process; not the text itself, because
   * variables may be secrets.
   */
  private static String fingerprint(ProcessInfo info) {
    Buffer all = new Buffer();
    ProcessConfig config = info.getConfig();
    add(all, info.getTag());
    add(all, config.getCwd());
    add(all, config.getCmd());
    config.getArgsList().forEach(argument -> add(all, argument));
    new TreeMap<>(config.getEnvsMap())
        .forEach(
            (name, value) -> {
              add(all, name);
              add(all, value);
            });
    return "seen-" + all.sha256().substring(0, FINGERPRINT_BYTES).hex();
  }

  /** Adds a string with its length, so that different lists have different digests. */
  private static void add(Buffer all, String text) {
    all.writeInt((int) Utf8.size(text)).writeUtf8(text);
  }
}
