package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessInfo.State;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.blaxel.process.OutputDirectory.Part;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.TreeCommand;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okio.ByteString;

/** The processes known to the server of a sandbox, including those of other clients. */
final class ServerProcesses {
  private static final String LOGS = "/var/log/sandbox-api/";
  private static final Pattern REFERABLE = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern ID = Pattern.compile("sp-[0-9a-f]{32}");
  private static final Pattern PATH = Pattern.compile("(.+)/(" + ID + ")");
  private static final Pattern LONG_TEXT = Pattern.compile("exec /bin/sh " + PATH + "\\.w");

  private final ExactSandbox sandbox;

  /**
   * Where the wrapper of a process writes: a directory, and the id with which its files' names
   * begin.
   */
  record Place(String directory, String id) {}

  ServerProcesses(ExactSandbox sandbox) {
    this.sandbox = sandbox;
  }

  /**
   * Where the wrapper in a record writes, of any client; empty if it is not a wrapper. Only
   * directories that {@link BlaxelClientBuilder#outputDirectory} accepts are valid, because anyone
   * in the sandbox can start a process with such a command.
   */
  static Optional<Place> place(ProcessRecord record) {
    String text = record.command();
    List<String> arguments = ShellText.wrapperArguments(text);
    Matcher path = arguments.isEmpty() ? LONG_TEXT.matcher(text) : PATH.matcher(arguments.get(1));
    boolean isPlace =
        path.matches()
            && OutputOptions.isPlain(path.group(1))
            && (arguments.isEmpty() || arguments.get(0).equals(path.group(1)));
    return isPlace ? Optional.of(new Place(path.group(1), path.group(2))) : Optional.empty();
  }

  /** True if this is the record of a wrapper that contains the beginning of its output. */
  static boolean isShort(ProcessRecord record) {
    List<String> arguments = ShellText.wrapperArguments(record.command());
    return !arguments.isEmpty() && !arguments.get(2).isEmpty();
  }

  ProcessRef ref(ProcessRecord record) {
    boolean isReferable =
        REFERABLE.matcher(record.name()).matches() && !NUMBER.matcher(record.name()).matches();
    return new ProcessRef(
        StreamedLauncher.PLATFORM,
        sandbox.id(),
        isReferable ? record.name() : Long.toString(record.pid()),
        place(record).map(Place::id).orElseGet(() -> fingerprint(record)));
  }

  /** Distinguishes a process from a later one with the same name or pid. */
  private static String fingerprint(ProcessRecord record) {
    if (ID.matcher(record.name()).matches()) {
      return record.name(); // which is random
    }
    String all = record.pid() + "\n" + record.name() + "\n" + record.command();
    return "log-" + ByteString.encodeString(all, UTF_8).sha256().hex().substring(0, 32);
  }

  /** The running processes. */
  List<ProcessInfo> list(CallScope scope) {
    return sandbox.api().in(scope).running(sandbox.id()).stream().map(this::info).toList();
  }

  private ProcessInfo info(ProcessRecord record) {
    ProcessRef ref = ref(record);
    ProcessInfo info = ProcessInfo.of(ref, ShellText.commandIn(record.command()), State.RUNNING);
    info = record.name().equals(ref.nonce()) ? info : info.withTag(record.name());
    return record.workingDirectory().map(info::withDirectory).orElse(info);
  }

  /** The record of a process that is running or ending. */
  ProcessRecord running(String name, CallScope scope) {
    return sandbox.api().in(scope).get("attach", name);
  }

  /**
   * Follows a process through the server's log files.
   *
   * @throws UnsupportedCapabilityException if they cannot be read
   */
  RunningCommand follow(
      ProcessRef ref, ProcessRecord record, ByteOffsets position, CallScope scope) {
    if (ShellText.isWrapped(record.command())) {
      throw unfollowable(
          ref, "its wrapper writes to a directory that this version does not support");
    }
    if (!ref.nonce().equals(fingerprint(record))) {
      throw ProcessApi.unknown("attach", ref.toString(), "its name belongs to another process now");
    }
    String path = LOGS + record.name();
    requireReadable(ref, ServerLogs.file(path, Channel.STDOUT), scope);
    requireReadable(ref, ServerLogs.file(path, Channel.STDERR), scope);
    FileEvents events =
        new FileEvents(
            ref,
            ref.processId(),
            new ServerLogs(sandbox.files(), path, position),
            new ChangeNotifier(sandbox.threads().time()),
            ExitJudge.byRecord(ref, record, sandbox, scope),
            sandbox.patience());
    String subject = ref.toString();
    CommandInput input = CommandInput.refusing(() -> ExactInput.notOpen(subject));
    return new TreeCommand(
        ref, ref.processId(), Optional.of(position), events, input, sandbox.trees(), () -> {});
  }

  private void requireReadable(ProcessRef ref, String path, CallScope scope) {
    PlatformException cause = null;
    try {
      Part first = sandbox.files().readAt(path, Channel.STDOUT, 0, 1, scope);
      if (!(first instanceof Part.Missing)) {
        return;
      }
    } catch (PlatformException e) {
      cause = e; // no permission to read it, which the server reports as an internal error
    }
    UnsupportedCapabilityException refusal =
        unfollowable(ref, "the server's log file of its output cannot be read: " + path);
    if (cause != null) {
      refusal.addSuppressed(cause);
    }
    throw refusal;
  }

  private static UnsupportedCapabilityException unfollowable(ProcessRef ref, String observed) {
    return new UnsupportedCapabilityException(
        Failure.of("attach", ref.toString(), observed), Capability.ATTACH);
  }
}
