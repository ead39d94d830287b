package dev.sandpiper.agent;

import java.io.IOException;

/** The implementation of a tool. A {@link dev.sandpiper.SandboxException} becomes a result too. */
@FunctionalInterface
interface Action {
  ToolResult run(Arguments arguments)
      throws InvalidArgumentsException, IOException, InterruptedException;
}
