package dev.sandpiper.agent;

import java.io.IOException;

/** What a tool does. A {@link dev.sandpiper.SandboxException} becomes a result too. */
@FunctionalInterface
interface Action {
  ToolResult run(Arguments arguments)
      throws InvalidArgumentsException, IOException, InterruptedException;
}
