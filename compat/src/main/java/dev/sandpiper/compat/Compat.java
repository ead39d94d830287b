package dev.sandpiper.compat;

import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs programs that drive the vendors' own clients against the embedded servers, and compares what
 * they report with the lists of calls.
 *
 * <p>Arguments: the folder of the lists, and for each program its client's name, its platform and
 * its command, separated by commas.
 */
final class Compat {
  private Compat() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Checklist checklist = Checklist.read(Path.of(arguments[0]));
    List<Outcome> outcomes = new ArrayList<>();
    try (LocalSandboxes local = LocalSandboxes.start()) {
      Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
      environment.putAll(local.blaxelEnvironment());
      try (OurView e2b = new OurView(local.e2bClient());
          OurView blaxel = new OurView(local.blaxelClient())) {
        for (int i = 1; i < arguments.length; i++) {
          String[] words = arguments[i].split(",", -1);
          VendorProgram program =
              new VendorProgram(words[0], List.of(words).subList(2, words.length));
          OurView ours = words[1].equals("e2b") ? e2b : blaxel;
          Outcome outcome = program.run(environment, ours);
          outcomes.add(outcome.held(checklist.of(words[1]), checklist.leftOut(words[0])));
        }
      }
    }
    System.exit(report(outcomes, System.out) ? 0 : 1);
  }

  /** Prints what is wrong, then one line a client. Returns whether all is well. */
  private static boolean report(List<Outcome> outcomes, PrintStream out) {
    outcomes.forEach(outcome -> outcome.faults().forEach(out::println));
    outcomes.forEach(outcome -> out.println(outcome.summary()));
    return outcomes.stream().allMatch(outcome -> outcome.faults().isEmpty());
  }
}
