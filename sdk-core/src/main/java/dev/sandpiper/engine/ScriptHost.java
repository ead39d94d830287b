package dev.sandpiper.engine;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;

/** Runs the library's short scripts in one sandbox, with permission to signal all its processes. */
public interface ScriptHost {

  /** How a script ended, and what it wrote to its standard output. */
  record Result(ExitStatus exit, String output) {}

  /**
   * Runs a script by {@code /bin/sh} to its end.
   *
   * @param operation what it is a part of, for messages
   * @param subject what it is about, for messages
   * @param lifetime how long it may take
   * @throws dev.sandpiper.SandboxException if it could not be run, or has no end
   */
  Result run(
      String operation,
      String subject,
      String script,
      List<String> arguments,
      Duration lifetime,
      CallScope scope);
}
