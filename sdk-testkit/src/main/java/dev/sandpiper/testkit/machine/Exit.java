package dev.sandpiper.testkit.machine;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import java.util.Map;

/**
 * The exit status of a process, in the text form of Go's standard library, which the real server
 * uses.
 */
public record Exit(int code, boolean exited, String status) {
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("HUP", "hangup"),
          Map.entry("INT", "interrupt"),
          Map.entry("QUIT", "quit"),
          Map.entry("ILL", "illegal instruction"),
          Map.entry("TRAP", "trace/breakpoint trap"),
          Map.entry("ABRT", "aborted"),
          Map.entry("IOT", "aborted"),
          Map.entry("BUS", "bus error"),
          Map.entry("FPE", "floating point exception"),
          Map.entry("KILL", "killed"),
          Map.entry("USR1", "user defined signal 1"),
          Map.entry("SEGV", "segmentation fault"),
          Map.entry("USR2", "user defined signal 2"),
          Map.entry("PIPE", "broken pipe"),
          Map.entry("ALRM", "alarm clock"),
          Map.entry("TERM", "terminated"),
          Map.entry("STKFLT", "stack fault"),
          Map.entry("CHLD", "child exited"),
          Map.entry("CONT", "continued"),
          Map.entry("STOP", "stopped (signal)"),
          Map.entry("TSTP", "stopped"),
          Map.entry("TTIN", "stopped (tty input)"),
          Map.entry("TTOU", "stopped (tty output)"),
          Map.entry("URG", "urgent I/O condition"),
          Map.entry("XCPU", "CPU time limit exceeded"),
          Map.entry("XFSZ", "file size limit exceeded"),
          Map.entry("VTALRM", "virtual timer expired"),
          Map.entry("PROF", "profiling timer expired"),
          Map.entry("WINCH", "window changed"),
          Map.entry("IO", "I/O possible"),
          Map.entry("POLL", "I/O possible"),
          Map.entry("PWR", "power failure"),
          Map.entry("SYS", "bad system call"));

  static Exit withCode(int code) {
    return new Exit(code, true, "exit status " + code);
  }

  /** A death by a signal, named as in C but without {@code SIG}. */
  static Exit bySignal(int number, String name, boolean coreDumped) {
    String words = WORDS.getOrDefault(name, "signal " + number);
    return new Exit(-1, false, "signal: " + words + (coreDumped ? " (core dumped)" : ""));
  }

  /** Its exit status is unknown. */
  static Exit unseen() {
    return new Exit(-1, false, "wait: no child processes");
  }

  public EndEvent toEvent() {
    EndEvent.Builder event =
        EndEvent.newBuilder().setExitCode(code).setExited(exited).setStatus(status);
    if (!exited || code != 0) event.setError(status);
    return event.build();
  }
}
