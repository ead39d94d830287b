package dev.sandpiper.e2b.process;

import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.e2b.envd.HealthProbe;
import dev.sandpiper.e2b.process.EnvdInput.Kind;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.LongTexts;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.StartRecovery;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts commands in one E2B sandbox and attaches to them. */
public final class EnvdLauncher implements CommandLauncher {
  static final String PLATFORM = "e2b";

  /**
   * How much later than the command's own deadline the sandbox kills it, in case the client died.
   */
  private static final Duration BACKSTOP = Duration.ofSeconds(10);

  private final String sandboxId;
  private final ProcessRpc rpc;
  private final StartMessages messages;
  private final Variables variables;
  private final ProcessSearch search;
  private final ProcessListing listing;
  private final ProcessTrees trees;
  private final Reattachment reattachment;
  private final StartRecovery recovery;

  public EnvdLauncher(
      String sandboxId,
      ProcessRpc rpc,
      StartMessages messages,
      HealthProbe health,
      Duration reattachLimit,
      BackgroundThreads threads) {
    this.sandboxId = sandboxId;
    this.rpc = rpc;
    this.messages = messages;
    this.search = new ProcessSearch(rpc, sandboxId);
    ScriptRunner scripts = new ScriptRunner(rpc);
    this.variables = new Variables(sandboxId, scripts);
    this.listing = new ProcessListing(sandboxId, search, scripts);
    this.trees = new ProcessTrees(scripts, search, rpc.scope().time());
    this.reattachment = new Reattachment(search, health::describe, reattachLimit);
    this.recovery = new StartRecovery(trees, threads);
  }

  @Override
  public RunningCommand launch(Command command, CallScope scope) {
    return launch(command, null, scope);
  }

  /** Starts a command, with the caller's tag if not null. */
  public RunningCommand launch(Command command, @Nullable String tag, CallScope scope) {
    LongTexts.requireShort(command, command.arguments());
    if (StartMessages.takesInput(command)) {
      rpc.requireStdin("start", command.name());
    }
    String nonce = Nonce.random();
    // The nonce is in the variables too, so the process can be found even with the caller's tag.
    Gaps gaps = new Gaps(command.mergesErrors() ? Gaps.JOINED : Gaps.PIPES);
    StartRequest message =
        messages.command(
            command,
            variables.of(command, nonce, scope),
            Objects.requireNonNullElse(tag, nonce),
            scope);
    return this.command(start(command, message, nonce, gaps, scope), Kind.STDIN);
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    return launchTerminal(command, size, null, scope);
  }

  /** Like {@link #launch(Command, String, CallScope)}. */
  public RunningTerminal launchTerminal(
      Command command, TerminalSize size, @Nullable String tag, CallScope scope) {
    LongTexts.requireShort(command, command.arguments());
    String nonce = Nonce.random();
    Gaps gaps = new Gaps(Gaps.TERMINAL);
    StartRequest message =
        messages.terminal(
            command,
            size,
            variables.of(command, nonce, scope),
            Objects.requireNonNullElse(tag, nonce),
            scope);
    EnvdCommand terminal = this.command(start(command, message, nonce, gaps, scope), Kind.TERMINAL);
    begin(terminal, scope);
    return terminal;
  }

  /**
   * Starts the command behind the script, which waits for a Ctrl-D so that no output is lost before
   * the stream is open.
   */
  private static void begin(EnvdCommand terminal, CallScope scope) {
    try {
      terminal.input().close();
    } catch (RuntimeException e) {
      StartRecovery.abandon(terminal, Duration.ZERO, scope, e);
      throw e;
    }
  }

  /** A process to follow, and the events to deliver before its own. */
  record Followed(
      ProcessRef ref,
      String name,
      ProcessConnection connection,
      Gaps gaps,
      List<ProcessEvent> first) {}

  private Followed start(
      Command command, StartRequest message, String nonce, Gaps gaps, CallScope scope) {
    String name = command.name();
    try {
      ProcessConnection connection =
          rpc.in(scope).start(name, message, command.user(), command.timeout().map(BACKSTOP::plus));
      return new Followed(ref(connection.pid(), nonce), name, connection, gaps, List.of());
    } catch (SandboxException e) {
      if (!Ambiguity.mayHaveStarted(e)) {
        throw e;
      }
      // Not started a second time: the process is looked up by its nonce.

      ProcessConnection adopted = recovery.recover(name, new StartTrace(name, nonce), e, scope);
      return new Followed(
          ref(adopted.pid(), nonce), name, adopted, gaps, gaps.somewhere(Gaps.ADOPTED));
    }
  }

  /**
   * Finds a process that this client may have started. Its tag finds even the end of one that has
   * just exited.
   */
  private final class StartTrace implements StartRecovery.Trace<ProcessConnection> {
    private final String name;
    private final String nonce;

    StartTrace(String name, String nonce) {
      this.name = name;
      this.nonce = nonce;
    }

    @Override
    public Optional<ProcessRef> find(CallScope scope) {
      return search.in(scope).byNonce(nonce).map(search::ref);
    }

    @Override
    public ProcessConnection adopt(Optional<ProcessRef> found, CallScope scope) {
      ProcessRpc inScope = rpc.in(scope);
      return found.isPresent()
          ? inScope.connect(name, Integer.parseUnsignedInt(found.get().processId()))
          : inScope.connect(name, nonce); // not listed: it may have exited already
    }
  }

  private EnvdCommand command(Followed process, Kind kind) {
    FollowedEvents events = new FollowedEvents(process, reattachment, rpc.scope().apart());
    EnvdInput input = new EnvdInput(rpc, process.ref(), process.name(), kind);
    return new EnvdCommand(process.ref(), process.name(), events, input, trees);
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    return command(attach(ref, Gaps.PIPES, scope), Kind.STDIN);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    return command(attach(ref, Gaps.TERMINAL, scope), Kind.TERMINAL);
  }

  private Followed attach(ProcessRef ref, List<Channel> channels, CallScope scope) {
    if (!ref.platform().equals(PLATFORM) || !ref.sandboxId().equals(sandboxId)) {
      throw new InvalidRequestException(
          failure(ref.toString(), "the process belongs to another sandbox than " + sandboxId));
    }
    List<ProcessProto.ProcessInfo> running = search.in(scope).all();
    ProcessConnection connection =
        ProcessSearch.find(ref, running).isPresent()
            ? rpc.in(scope).connect(ref.processId(), Integer.parseUnsignedInt(ref.processId()))
            : ended(ref, running, scope);
    return attached(ref, ref.processId(), connection, channels);
  }

  private static Followed attached(
      ProcessRef ref, String name, ProcessConnection connection, List<Channel> channels) {
    Gaps gaps = new Gaps(channels);
    return new Followed(ref, name, connection, gaps, gaps.somewhere(Gaps.ATTACHED));
  }

  /**
   * Connects to the end of an exited process, which E2B keeps for thirty seconds. Found by tag,
   * because only the tag identifies it.
   */
  private ProcessConnection ended(
      ProcessRef ref, List<ProcessProto.ProcessInfo> running, CallScope scope) {
    if (running.stream().anyMatch(info -> ProcessSearch.pid(info).equals(ref.processId()))) {
      throw new NotFoundException(
          What.PROCESS, failure(ref.toString(), "its pid now belongs to another process"));
    }
    ProcessConnection connection = rpc.in(scope).connect(ref.processId(), ref.nonce());
    if (!Integer.toUnsignedString(connection.pid()).equals(ref.processId())) {
      connection.events().close();
      throw new NotFoundException(
          What.PROCESS,
          failure(ref.toString(), "its pid and its nonce belong to different processes"));
    }
    return connection;
  }

  /**
   * Attaches to the one process with this tag.
   *
   * @throws InvalidRequestException if there are several
   */
  public RunningCommand attachTagged(String tag) {
    List<ProcessProto.ProcessInfo> tagged =
        search.all().stream().filter(info -> info.getTag().equals(tag)).toList();
    if (tagged.size() > 1) {
      List<String> pids = tagged.stream().map(ProcessSearch::pid).toList();
      throw new InvalidRequestException(
          failure(tag, "several processes have this tag: " + String.join(", ", pids)));
    }
    if (tagged.isEmpty()) {
      throw new NotFoundException(What.PROCESS, failure(tag, "no running process has this tag"));
    }
    ProcessProto.ProcessInfo found = tagged.get(0);
    ProcessConnection connection = rpc.connect(tag, found.getPid());
    return command(attached(search.ref(found), tag, connection, Gaps.PIPES), Kind.STDIN);
  }

  /** Rejects variables of a new sandbox that its commands would not receive. */
  public void requireSettable(Collection<String> names, CallScope scope) {
    variables.requireSettable(names, scope);
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    return listing.read(scope);
  }

  private ProcessRef ref(int pid, String nonce) {
    return new ProcessRef(PLATFORM, sandboxId, Integer.toUnsignedString(pid), nonce);
  }

  private static Failure failure(String subject, String observed) {
    return Failure.of("attach", subject, observed);
  }
}
