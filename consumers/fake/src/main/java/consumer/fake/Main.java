package consumer.fake;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.fake.FakeCall;
import dev.sandpiper.fake.FakeRun;
import dev.sandpiper.fake.FakeSandboxes;
import java.util.List;

/** A command, a file and a stream, none of which leaves this JVM. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    FakeSandboxes fake = new FakeSandboxes();
    fake.when("pytest", FakeRun.exits(1).stdout("1 failed\n"));
    StringBuilder seen = new StringBuilder();
    try (Sandbox sandbox = fake.create(SandboxSpec.standard())) {
      sandbox.files().writeText("test_birds.py", "assert False\n");
      seen.append(sandbox.exec("pytest").outText());
      try (Process process = sandbox.start(Command.of("pytest"))) {
        for (ProcessEvent event : process.events()) {
          if (event instanceof ProcessEvent.Ended end) seen.append(end.status());
        }
      }
    }
    expect(seen.toString(), "1 failed\nexit status 1");
    List<String> verbs = fake.calls().stream().map(FakeCall::operation).toList();
    expect(verbs.toString(), "[create, write, exec, start]");
    System.out.println("the task is done: a fake");
  }

  private static void expect(String found, String expected) {
    if (!found.equals(expected)) throw new IllegalStateException(expected + ", not " + found);
  }
}
