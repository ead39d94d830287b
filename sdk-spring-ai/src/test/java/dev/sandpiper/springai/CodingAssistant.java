package dev.sandpiper.springai;

import static dev.sandpiper.springai.ScriptedChatModel.call;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolCall;
import dev.sandpiper.agent.ToolListener;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.agent.ToolResult;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.PrintStream;
import java.time.Duration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatModel;

/** An example: a coding agent of Spring AI, with a scripted model and a sandbox on this machine. */
final class CodingAssistant {
  private CodingAssistant() {}

  /** Shows what the model does. */
  private record Shown(PrintStream out) implements ToolListener {
    @Override
    public void onResult(ToolCall call, ToolResult result, Duration duration) {
      out.println(call.tool() + (result.isError() ? ": error" : ": done"));
    }
  }

  public static void main(String[] args) {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.e2bClient()) {
      run(client, scripted(), System.out);
    }
  }

  static ScriptedChatModel scripted() {
    return new ScriptedChatModel(
        call("read_file", "{\"path\":\"/etc/passwd\"}"),
        call("edit_file", "{\"path\":\"mean.sh\",\"old_text\":\"$1 + $2 / 2\",\"new_text\":\"x\"}"),
        call("run_command", "{\"command\":\"sed -i 's/x/(4 + 8) \\\\/ 2/' mean.sh; sh mean.sh\"}"),
        new AssistantMessage("Repaired: it prints 6."));
  }

  static void run(SandboxClient client, ChatModel model, PrintStream out) {
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      sandbox.files().writeText("app/mean.sh", "echo $(( $1 + $2 / 2 ))\n");
      ToolOptions options =
          ToolOptions.standard().root(sandbox.workingDirectory() + "/app").listener(new Shown(out));
      try (SandboxTools tools = SandboxTools.of(sandbox, options)) {
        ChatClient chat = ChatClient.builder(model).defaultTools(SpringAiTools.of(tools)).build();
        out.println(chat.prompt("mean.sh is wrong. Repair it.").call().content());
      }
    }
  }
}
