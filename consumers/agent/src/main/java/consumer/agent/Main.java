package consumer.agent;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.testkit.LocalSandboxes;

/** What a model would call. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.e2bClient();
        Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      tools.call("write_file", "{\"path\":\"birds\",\"content\":\"plover\\ncurlew\\n\"}");
      String found = tools.call("grep", "{\"pattern\":\"lov\"}").text();
      expect(found.contains("birds:1"), found);
      String sorted = tools.call("run_command", "{\"command\":\"sort birds\"}").text();
      expect(sorted.contains("curlew\nplover\n"), sorted);
      expect(tools.call("read_file", "{}").isError(), "a missing argument");
    }
    System.out.println("the task is done: tools");
  }

  private static void expect(boolean condition, String found) {
    if (!condition) throw new IllegalStateException("not " + found);
  }
}
