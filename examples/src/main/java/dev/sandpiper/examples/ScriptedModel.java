package dev.sandpiper.examples;

import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.examples.CodingAgent.Message;
import dev.sandpiper.examples.CodingAgent.Model;
import java.util.List;

/** Stands for a model: says what one said, with its mistakes, and needs no account. */
final class ScriptedModel implements Model {
  private static final List<Message> SCRIPT =
      List.of(
          new Message("read_file", "{\"path\": \"/etc/passwd\"}"),
          new Message("read_file", "{\"file\": \"mean.sh\"}"),
          new Message("read_file", "{\"path\": \"mean.sh\"}"),
          new Message(
              "edit_file",
              "{\"path\": \"mean.sh\", \"old_text\": \"$1 + $2 / 2\","
                  + " \"new_text\": \"($1 + $2) / 2\"}"),
          new Message("run_command", "{\"command\": \"sh mean.sh 4 8\"}"),
          new Message("", "Repaired: the sum was not in parentheses. mean.sh 4 8 prints 6."));

  private int said;

  @Override
  public Message next(List<AgentTool> tools, List<String> conversation) {
    return SCRIPT.get(said++);
  }
}
