package dev.sandpiper.e2b.process;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the exit status of a process. The field {@code status} decides: {@code exit status N} or
 * {@code signal: NAME}, as formatted by Go, possibly with {@code (core dumped)}. {@code exit_code}
 * is deprecated and may be unset, which looks like 0: if set, it must agree, and it is used alone
 * only if the status is empty. A contradictory or empty end event is malformed, and never exit code
 * 0.
 */
public final class ExitReader {
  private static final Pattern EXITED = Pattern.compile("exit status (\\d{1,9})");
  private static final Pattern SIGNALED = Pattern.compile("signal: (.+?)(?: \\(core dumped\\))?");
  private static final Pattern NUMBERED = Pattern.compile("signal (\\d{1,2})");
  private static final int KILLED = -1;

  private static final Map<String, Signal> NAMES =
      Map.ofEntries(
          Map.entry("hangup", Signal.HUP),
          Map.entry("interrupt", Signal.INT),
          Map.entry("quit", Signal.QUIT),
          Map.entry("illegal instruction", Signal.of("ILL")),
          Map.entry("trace/breakpoint trap", Signal.of("TRAP")),
          Map.entry("aborted", Signal.ABRT),
          Map.entry("bus error", Signal.of("BUS")),
          Map.entry("floating point exception", Signal.of("FPE")),
          Map.entry("killed", Signal.KILL),
          Map.entry("user defined signal 1", Signal.USR1),
          Map.entry("segmentation fault", Signal.SEGV),
          Map.entry("user defined signal 2", Signal.USR2),
          Map.entry("broken pipe", Signal.PIPE),
          Map.entry("alarm clock", Signal.of("ALRM")),
          Map.entry("terminated", Signal.TERM),
          Map.entry("stack fault", Signal.of("STKFLT")),
          Map.entry("CPU time limit exceeded", Signal.of("XCPU")),
          Map.entry("file size limit exceeded", Signal.of("XFSZ")),
          Map.entry("virtual timer expired", Signal.of("VTALRM")),
          Map.entry("profiling timer expired", Signal.of("PROF")),
          Map.entry("I/O possible", Signal.of("IO")),
          Map.entry("power failure", Signal.of("PWR")),
          Map.entry("bad system call", Signal.of("SYS")));

  private ExitReader() {}

  public static ExitStatus read(EndEvent end) throws MalformedStreamException {
    String status = end.getStatus();
    if (status.isEmpty()) {
      return fromCodeAlone(end);
    }
    Matcher exited = EXITED.matcher(status);
    if (exited.matches()) {
      return exited(end, Integer.parseInt(exited.group(1)));
    }
    Matcher signaled = SIGNALED.matcher(status);
    if (signaled.matches()) {
      return signaled(end, signaled.group(1));
    }
    throw malformed(end);
  }

  private static ExitStatus exited(EndEvent end, int code) throws MalformedStreamException {
    boolean contradicted = end.getExitCode() != 0 && end.getExitCode() != code;
    if (contradicted || code > 255) {
      throw malformed(end);
    }
    return new ExitStatus.Exited(code);
  }

  private static ExitStatus signaled(EndEvent end, String name) throws MalformedStreamException {
    boolean contradicted = end.getExitCode() != 0 && end.getExitCode() != KILLED;
    if (contradicted || end.getExited()) {
      throw malformed(end);
    }
    return new ExitStatus.Signaled(signal(name));
  }

  private static Signal signal(String name) {
    Matcher numbered = NUMBERED.matcher(name);
    if (numbered.matches()) {
      int number = Integer.parseInt(numbered.group(1));
      return number <= 64 ? new Signal(number) : Signal.UNKNOWN;
    }
    return NAMES.getOrDefault(name, Signal.UNKNOWN);
  }

  private static ExitStatus fromCodeAlone(EndEvent end) throws MalformedStreamException {
    int code = end.getExitCode();
    if (end.getExited() && code >= 0 && code <= 255) {
      return new ExitStatus.Exited(code);
    }
    if (!end.getExited() && code == KILLED) {
      return new ExitStatus.Signaled(Signal.UNKNOWN);
    }
    throw malformed(end);
  }

  private static MalformedStreamException malformed(EndEvent end) {
    return new MalformedStreamException(
        "a contradictory end event: status '"
            + end.getStatus()
            + "', exit code "
            + end.getExitCode()
            + ", exited "
            + end.getExited());
  }
}
