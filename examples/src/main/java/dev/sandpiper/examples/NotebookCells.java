package dev.sandpiper.examples;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.interpreter.Chart;
import dev.sandpiper.interpreter.CodeContext;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.Execution;
import java.io.PrintStream;
import java.time.Duration;

/**
 * Runs cells of a notebook in one kernel, and prints what they give. Needs E2B's template with
 * kernels, and so an account: elsewhere it prints the error that says what is missing.
 */
public final class NotebookCells {
  private static final String LOAD =
      """
      import pandas as pd
      flow = pd.Series([1120, 1160, 963, 1210, 1160], index=range(1871, 1876), name="flow")
      flow.to_frame()
      """;

  private static final String PLOT =
      """
      import matplotlib.pyplot as plt
      plt.plot(flow); plt.title("Nile"); plt.ylabel("flow (10^8 m^3)"); plt.show()
      """;

  private NotebookCells() {}

  public static void main(String[] args) {
    try (Platform platform = Platform.ofE2b(args)) {
      System.out.println("Running " + platform.description() + ".");
      String template = platform.isLocal() ? "base" : E2bSandbox.CODE_INTERPRETER_TEMPLATE;
      run(platform.e2b(), template, System.out);
    }
  }

  static void run(E2bClient client, String template, PrintStream out) {
    try (E2bSandbox sandbox = client.create(SandboxSpec.template(template))) {
      runCells(sandbox.codeInterpreter(), out);
    } catch (NotFoundException e) {
      out.println(e.getMessage());
    }
  }

  private static void runCells(CodeInterpreter interpreter, PrintStream out) {
    CodeContext notebook = interpreter.createContext();
    for (String cell : new String[] {LOAD, PLOT, "flow.mean() / 0"}) {
      CodeRequest request = CodeRequest.of(cell).context(notebook).timeout(Duration.ofMinutes(1));
      Execution execution = interpreter.runCode(request, output -> out.print(output.text()));
      execution.results().forEach(result -> print(result, out));
      execution.error().ifPresent(error -> out.println(error.plainTraceback()));
    }
  }

  private static void print(CodeResult result, PrintStream out) {
    out.println("Result in " + result.formats());
    result.text().ifPresent(out::println);
    result.png().ifPresent(image -> out.println("An image of " + image.length + " bytes"));
    if (result.chart().orElse(null) instanceof Chart.Line line) {
      out.println(line.title() + ", " + line.series().get(0).points().size() + " points");
    }
  }
}
