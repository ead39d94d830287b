package dev.sandpiper.testkit.matrix;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.matrix.Request.Answer;
import dev.sandpiper.testkit.matrix.Trial.Ground;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cell is red if its fault never came, or if it ends as the table does not allow. */
class MatrixCanFailTest {
  @TempDir Path directory;

  @Test
  void aFaultThatNeverCameIsRed() {
    Request never = Request.post("/NoSuchCall", Answer.SHORT);

    assertThatThrownBy(() -> run(never, FaultKind.CUT, AllowedOutcomes.read()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the fault is injected");
  }

  @Test
  void anOutcomeThatIsNotInTheTableIsRed() {
    List<String> table =
        List.of(
            "| operation | error | seconds | seconds to end |",
            "|---|---|---|---|",
            "| stat | right | 60 | 30 |");
    Request stat = FileOperation.STAT.requests(Row.E2B_BINARY).get(0);

    assertThatThrownBy(() -> run(stat, FaultKind.EMPTY_500, AllowedOutcomes.of(table)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("; allowed: ");
  }

  private void run(Request request, FaultKind fault, AllowedOutcomes allowed) throws Exception {
    Cell cell =
        new Cell(
            Row.E2B_BINARY,
            FileOperation.STAT,
            request,
            fault,
            Moment.BEFORE_THE_HEAD,
            Ending.ITSELF);
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = Row.E2B_BINARY.client(local)) {
      Ground ground = Ground.of(local, client);
      try {
        new Trial(cell, allowed, ground, directory).run();
      } finally {
        ground.sandbox().close();
      }
    }
  }
}
