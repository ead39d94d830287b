package consumer.springai;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.springai.SpringAiTools;
import org.springframework.ai.tool.ToolCallback;

/** A call as Spring AI makes it. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    FakeSandboxes fake = new FakeSandboxes();
    try (Sandbox sandbox = fake.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      ToolCallback write = SpringAiTools.of(tools).resolve("write_file");
      String result = write.call("{\"path\":\"birds\",\"content\":\"plover\\n\"}");
      if (!result.equals("Wrote 7 bytes to birds.")) throw new IllegalStateException(result);
    }
    System.out.println("the task is done: Spring AI");
  }
}
