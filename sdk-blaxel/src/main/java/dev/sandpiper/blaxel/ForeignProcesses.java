package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessInfo.State;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okio.ByteString;

/** The processes that the server of a sandbox knows, whoever has started them. */
final class ForeignProcesses {
  private static final String LOGS = "/var/log/sandbox-api/";
  private static final Pattern REFERABLE = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+");

  /** How our wrappers begin, as far as every version of ours agrees. */
  private static final String WRAPPER = "exec /bin/sh -c 'sandpiper_writer=$1";

  private final ExactSandbox sandbox;
  private final Waits waits;
  private final Pattern ownFile;

  ForeignProcesses(ExactSandbox sandbox, Waits waits) {
    this.sandbox = sandbox;
    this.waits = waits;
    this.ownFile =
        Pattern.compile(Pattern.quote(sandbox.files().directory()) + "/(sp-[0-9a-f]{32})\\b");
  }

  /** The id in a record of a wrapper of ours; empty if it is none. */
  Optional<String> id(ProcessDetails record) {
    String text = record.command();
    Matcher matcher = ownFile.matcher(text);
    boolean isWrapper =
        text.startsWith(WRAPPER)
            || text.matches("exec /bin/sh " + ownFile.pattern().replace("\\b", "\\.w"));
    return isWrapper && matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  ProcessRef ref(ProcessDetails record) {
    boolean isReferable =
        REFERABLE.matcher(record.name()).matches() && !NUMBER.matcher(record.name()).matches();
    return new ProcessRef(
        StreamedLauncher.PLATFORM,
        sandbox.id(),
        isReferable ? record.name() : record.pid(),
        id(record).orElseGet(() -> fingerprint(record)));
  }

  /** What a later process with the same name or number does not have. */
  private static String fingerprint(ProcessDetails record) {
    String all = record.pid() + "\n" + record.name() + "\n" + record.command();
    return "log-" + ByteString.encodeString(all, UTF_8).sha256().hex().substring(0, 32);
  }

  /** What runs. */
  List<ProcessInfo> list() {
    return sandbox.api().all(sandbox.id()).stream()
        .filter(record -> record.completedAt().isEmpty())
        .map(this::info)
        .toList();
  }

  private ProcessInfo info(ProcessDetails record) {
    ProcessRef ref = ref(record);
    Optional<String> tag =
        record.name().equals(ref.nonce()) ? Optional.empty() : Optional.of(record.name());
    List<String> command = ShellText.commandIn(record.command());
    return new ProcessInfo(ref, tag, command, Map.of(), record.workingDirectory(), State.RUNNING);
  }

  /** The record of a process that runs, or is about to end. */
  ProcessDetails running(String name) {
    return sandbox
        .api()
        .find("attach", name)
        .orElseThrow(
            () ->
                new NotFoundException(
                    What.PROCESS, Failure.of("attach", name, "no process of this name is known")));
  }

  /** Follows a process by the server's files, or by its log where these cannot be read. */
  BlaxelRunning follow(ProcessRef ref, ProcessDetails record, ByteOffsets position) {
    if (!ref.nonce().equals(fingerprint(record))) {
      throw EndOfProcess.unknown(
          "attach", ref.toString(), "its name belongs to another process now");
    }
    CallScope cancellation = CallScope.open();
    String path = LOGS + record.name();
    boolean isReadable = isReadable(path + ".stdout.log") && isReadable(path + ".stderr.log");
    return isReadable ? byFiles(ref, record, position, path, cancellation) : byText(ref, position);
  }

  private boolean isReadable(String path) {
    try {
      return !(sandbox.files().readAt(path, Channel.STDOUT, 0, 1, CallScope.open())
          instanceof ExactFiles.Part.Missing);
    } catch (PlatformException e) {
      return false; // no right to read it, which the server calls an internal error
    }
  }

  private BlaxelRunning byFiles(
      ProcessRef ref,
      ProcessDetails record,
      ByteOffsets position,
      String path,
      CallScope cancellation) {
    ExactFiles files = sandbox.files();
    List<LogChannel> channels =
        List.of(
            new LogChannel(
                Channel.STDOUT, path + ".stdout.log", files, cancellation, position.stdout()),
            new LogChannel(
                Channel.STDERR, path + ".stderr.log", files, cancellation, position.stderr()));
    LogEvents.LogRecord end = new LogEvents.LogRecord(ref, record, sandbox.api());
    LogEvents events = new LogEvents(ref, end, sandbox.patience(), channels, cancellation);
    return new LogCommand(ref, position, events, sandbox.api(), sandbox.trees());
  }

  private BlaxelRunning byText(ProcessRef ref, ByteOffsets position) {
    if (!position.equals(ByteOffsets.BEGINNING)) {
      throw new UnsupportedCapabilityException(
          Failure.of(
              "attach",
              ref.toString(),
              "its output's files cannot be read, and its log has no places to go on at"),
          Capability.REPLAY);
    }
    StreamedEvents events = new StreamedEvents(ref.processId());
    StreamDrain record = new StreamDrain(ref, ref.processId(), null, sandbox.api(), events, waits);
    StreamedCommand command =
        StreamedCommand.attached(ref, events, record, sandbox.api(), sandbox.trees());
    sandbox.threads().promptly().execute(new TextLog(ref, sandbox.api(), events, record));
    return command;
  }
}
