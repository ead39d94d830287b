package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import java.io.IOException;
import java.io.PrintStream;

/** Types into a shell on a terminal, changes the terminal's size, and interrupts a program. */
public final class TerminalSession {
  private static final String CONTROL_C = "\u0003";

  private TerminalSession() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (Platform platform = Platform.of(args, Capability.TERMINAL)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) throws IOException, InterruptedException {
    Command shell = Command.of("/bin/sh", "-i").environment("PS1", "> ");
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        Terminal terminal = sandbox.processes().startTerminal(shell, new TerminalSize(80, 24))) {
      EventStream<ProcessEvent> events = terminal.events();
      type(terminal, "stty size\n");
      showUntil("24 80", events, out);
      terminal.resize(new TerminalSize(132, 43));
      type(terminal, "stty size\n");
      showUntil("43 132", events, out);
      type(terminal, "echo waiting; sleep 600\n");
      showUntil("waiting\r\n", events, out);
      type(terminal, CONTROL_C);
      type(terminal, "exit 3\n");
      for (ProcessEvent event : events) {
        show(event, out);
      }
      out.println("\nThe shell ended with " + terminal.waitFor() + ".");
    }
  }

  private static void type(Terminal terminal, String keys) throws IOException {
    terminal.stdin().write(keys.getBytes(UTF_8));
    terminal.stdin().flush();
  }

  /** Never wait for a prompt: wait for what the typing brings about. */
  private static void showUntil(String expected, EventStream<ProcessEvent> events, PrintStream out)
      throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(expected) < 0) {
      ProcessEvent event = events.next();
      if (event == null) {
        throw new IOException("the terminal ended before it showed " + expected);
      }
      show(event, out);
      if (event instanceof Output output) {
        seen.append(output.text());
      }
    }
  }

  private static void show(ProcessEvent event, PrintStream out) throws IOException {
    if (event instanceof Output output) {
      output.writeTo(out);
    }
  }
}
