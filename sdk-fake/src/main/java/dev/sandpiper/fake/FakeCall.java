package dev.sandpiper.fake;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.SandboxSpec;
import java.util.Optional;

/**
 * One call of a method, recorded before it was executed or rejected.
 *
 * @param operation the method's name in its interface, such as {@code create}, {@code exec}, {@code
 *     start} or {@code write}; {@code exec} also for the shorthands of {@code Sandbox}
 * @param sandboxId the sandbox; empty for {@code create}, whose sandbox has no id yet, and for the
 *     client's {@code list}
 * @param subject the resolved path, the name of the command or of the signal, the process or the
 *     sandbox
 * @param command the command to run. Its {@code stdin} has been read and can be opened again
 * @param spec the spec of the sandbox to create
 */
public record FakeCall(
    String operation,
    String sandboxId,
    String subject,
    Optional<Command> command,
    Optional<SandboxSpec> spec) {
  public FakeCall {
    requireNonNull(operation, "operation");
    requireNonNull(sandboxId, "sandboxId");
    requireNonNull(subject, "subject");
    requireNonNull(command, "command");
    requireNonNull(spec, "spec");
  }

  static FakeCall of(String operation, String sandboxId, String subject) {
    return new FakeCall(operation, sandboxId, subject, Optional.empty(), Optional.empty());
  }

  static FakeCall of(String operation, String sandboxId, Command command) {
    return new FakeCall(
        operation, sandboxId, command.name(), Optional.of(command), Optional.empty());
  }

  static FakeCall create(SandboxSpec spec) {
    String template = spec.template().orElse("standard");
    return new FakeCall("create", "", template, Optional.empty(), Optional.of(spec));
  }

  /** The operation and its subject, such as {@code write /home/user/birds.txt}. */
  @Override
  public String toString() {
    return operation + " " + subject;
  }
}
