package dev.sandpiper.examples;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.agent.ToolResult;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A coding agent: a model is shown the tools, calls them until it is done, and then answers. */
public final class CodingAgent {
  private CodingAgent() {}

  /** What a model says: an answer, or a call if it names a tool. */
  record Message(String tool, String text) {}

  /** Put your model here: it is shown the tools and everything that was said. */
  interface Model {
    Message next(List<AgentTool> tools, List<String> conversation);
  }

  public static void main(String[] args) {
    try (Platform platform = Platform.of(args)) {
      run(platform.client(), new ScriptedModel(), System.out);
    }
  }

  static void run(SandboxClient client, Model model, PrintStream out) {
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      sandbox.files().writeText("app/mean.sh", "# mean.sh A B\necho $(( $1 + $2 / 2 ))\n");
      ToolOptions options = ToolOptions.standard().root(sandbox.workingDirectory() + "/app");
      try (SandboxTools tools = SandboxTools.of(sandbox, options)) {
        out.println(answer(model, tools, "mean.sh 4 8 prints 8. Repair it.", out));
      }
    }
  }

  /** The loop of every agent. Nothing that a model calls ends it. */
  private static String answer(Model model, SandboxTools tools, String task, PrintStream out) {
    List<String> conversation = new ArrayList<>(List.of(task));
    for (int step = 0; step < 20; step++) {
      Message message = model.next(tools.all(), conversation);
      if (message.tool().isEmpty()) {
        return message.text();
      }
      ToolResult result = tools.call(message.tool(), message.text());
      conversation.add(result.text());
      String shown =
          result.text().replaceAll(" after \\S+ s\n", "\n").stripTrailing().replace("\n", "\n  ");
      out.println(message.tool() + " " + message.text() + "\n  " + shown);
    }
    return "The model did not come to an end.";
  }
}
