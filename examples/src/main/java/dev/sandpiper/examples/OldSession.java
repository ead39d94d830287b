package dev.sandpiper.examples;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExitStatus.Unreported;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.e2b.sessions.Session;
import dev.sandpiper.e2b.sessions.SessionEnvironment;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.PrintStream;
import java.util.List;

/**
 * Runs a command in a session of E2B's old REST API, which has lines and reports no exit: the
 * script prints it instead. The argument is the server's URL; without one it runs on this machine.
 */
public final class OldSession {
  private OldSession() {}

  public static void main(String[] args) {
    List<String> given = List.of(args).stream().filter(text -> !text.isBlank()).toList();
    if (given.isEmpty()) {
      try (LocalSandboxes local = LocalSandboxes.start();
          SessionsClient client = local.sessionsClient()) {
        System.out.println("Running in a local session, without isolation.");
        run(client, System.out);
      }
    } else if (!given.get(0).startsWith("http")) {
      System.err.println("This example uses E2B's old REST API: the platform is its server's URL.");
      System.exit(2);
    } else {
      try (SessionsClient client = SessionsClient.at(given.get(0))) {
        run(client, System.out);
      }
    }
  }

  static void run(SessionsClient client, PrintStream out) {
    try (Session session = client.create(SessionEnvironment.BASH.spec())) {
      session.files().write("birds.txt", Content.of("plover\ncurlew\nsandpiper\n"));
      Command sort = Command.shell("sort birds.txt; echo \"sort ended with $?\"");
      try (Process process = session.processes().start(sort)) {
        for (ProcessEvent event : process.events()) {
          if (event instanceof Output line) {
            out.print("  | " + line.text());
          } else if (event instanceof Ended end && end.status() instanceof Unreported) {
            out.println("It ended, and how is not reported.");
          }
        }
      }
      out.println("It can do: " + session.capabilities().stream().sorted().toList());
    }
  }
}
