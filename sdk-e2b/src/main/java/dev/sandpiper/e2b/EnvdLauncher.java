package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EventCase;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts commands in one E2B sandbox and attaches to them. */
final class EnvdLauncher implements CommandLauncher {
  static final String PLATFORM = "e2b";

  /** What the sandbox grants beyond a command's own time, for a client that died. */
  private static final Duration BACKSTOP = Duration.ofSeconds(10);

  /** Above this nobody waits for a backstop, and milliseconds end somewhere. */
  private static final Duration LONGEST_BACKSTOP = Duration.ofDays(100);

  private final SandboxAccess access;
  private final ProcessRpc rpc;
  private final ProcessSearch search;
  private final ProcessTree tree;
  private final HealthProbe health;
  private final SandboxPaths paths;

  EnvdLauncher(SandboxAccess access, ProcessRpc rpc, HealthProbe health, SandboxPaths paths) {
    this.access = access;
    this.rpc = rpc;
    this.health = health;
    this.paths = paths;
    this.search = new ProcessSearch(rpc, access.sandboxId());
    this.tree = new ProcessTree(rpc, search);
  }

  @Override
  public RunningCommand launch(Command command) {
    return launch(command, null);
  }

  /** Starts a command with a tag of the caller's; the nonce then travels as a variable. */
  RunningCommand launch(Command command, @Nullable String tag) {
    boolean takesInput = command.opensStdin() || command.stdin().isPresent();
    if (takesInput) {
      rpc.requireStdin("start", command.name());
    }
    String nonce = Nonce.random();
    StartRequest message = startRequest(command, nonce, tag).setStdin(takesInput).build();
    try {
      return open(command, message, nonce);
    } catch (SandboxException e) {
      if (!Ambiguity.mayHaveStarted(e)) {
        throw e;
      }
      return new StartRecovery(search, tree, this).recover(command.name(), nonce, e);
    }
  }

  private StartRequest.Builder startRequest(Command command, String nonce, @Nullable String tag) {
    ProcessConfig.Builder process =
        ProcessConfig.newBuilder()
            .setCmd("/bin/sh")
            .addAllArgs(
                List.of("-c", Scripts.START, "sh", command.mergesErrors() ? "merge" : "apart"))
            .addAllArgs(command.arguments())
            .putAllEnvs(command.environment());
    command.directory().map(paths::absolute).ifPresent(process::setCwd);
    if (tag != null) {
      process.putEnvs(ProcessSearch.VARIABLE, nonce);
    }
    return StartRequest.newBuilder().setProcess(process).setTag(tag == null ? nonce : tag);
  }

  private EnvdCommand open(Command command, StartRequest message, String nonce) {
    Optional<Duration> lifetime =
        command
            .timeout()
            .filter(limit -> limit.compareTo(LONGEST_BACKSTOP) < 0)
            .map(limit -> limit.plus(BACKSTOP));
    return begin(
        rpc.start(command.name(), message, command.user(), lifetime),
        command.name(),
        nonce,
        List.of());
  }

  /** Waits for the start event, the first of every stream. */
  private EnvdCommand begin(
      ConnectStream<ProcessProto.ProcessEvent> events,
      String name,
      String nonce,
      List<ProcessEvent> first) {
    try {
      ProcessProto.ProcessEvent start = events.next();
      if (start == null || start.getEventCase() != EventCase.START) {
        throw new MalformedStreamException("no start event");
      }
      ProcessRef ref = ref(start.getStart().getPid(), nonce);
      EnvdInput input = new EnvdInput(rpc, ref, name);
      return new EnvdCommand(ref, name, events, input, tree, health, first);
    } catch (MalformedStreamException e) {
      events.close();
      throw new WireFormatException(failure(name, "the sandbox sent " + e.getMessage()), e);
    } catch (IOException e) {
      events.close();
      throw new ConnectionLostException(
          failure(name, "the connection broke before the start was told"), null, e);
    } catch (RuntimeException e) {
      events.close();
      throw e;
    }
  }

  @Override
  public RunningCommand attach(ProcessRef ref) {
    if (!ref.platform().equals(PLATFORM) || !ref.sandboxId().equals(access.sandboxId())) {
      throw new InvalidRequestException(
          failure(ref.toString(), "it belongs to another sandbox than " + access.sandboxId()));
    }
    Optional<ProcessInfo> running = search.byNonce(ref.nonce());
    if (running.isPresent()) {
      return attach(pid(running.get().getPid()), ref.processId(), ref.nonce(), Gaps.ATTACHED);
    }
    if (search.byPid(ref.processId()).isPresent()) {
      throw new NotFoundException(
          What.PROCESS, failure(ref.toString(), "its number belongs to another process now"));
    }
    return attachEnded(ref.processId(), ref.nonce(), Gaps.ATTACHED);
  }

  /** Attaches to a process that ended, which E2B remembers for thirty seconds. */
  EnvdCommand attachEnded(String name, String nonce, List<ProcessEvent> first) {
    return attach(ProcessSelector.newBuilder().setTag(nonce).build(), name, nonce, first);
  }

  EnvdCommand attach(
      ProcessSelector selector, String name, String nonce, List<ProcessEvent> first) {
    return begin(rpc.connect(name, selector), name, nonce, first);
  }

  ProcessRef ref(int pid, String nonce) {
    return new ProcessRef(PLATFORM, access.sandboxId(), Integer.toUnsignedString(pid), nonce);
  }

  static ProcessSelector pid(int pid) {
    return ProcessSelector.newBuilder().setPid(pid).build();
  }

  private static Failure failure(String subject, String observed) {
    return Failure.of("start", subject, observed);
  }
}
