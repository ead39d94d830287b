package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.wire.Json;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A directory is not listed in one moment, and a watch begins in the middle. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactListingTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  @Test
  void anExitThatIsSeenBeforeAllElseEndsNothing() {
    blaxel.silenceWatches();
    AtomicInteger partial = new AtomicInteger();
    blaxel.meddle(
        "a listing of exits alone",
        request -> {
          boolean listing =
              request.getMethod().equals("GET")
                  && request.getTarget().startsWith("/sbx/filesystem")
                  && request.getTarget().endsWith("out");
          List<String> exits =
              blaxel.files().stream().filter(name -> name.contains(".x.")).toList();
          boolean told = listing && !exits.isEmpty() && partial.incrementAndGet() == 1;
          return told ? listing(exits) : null;
        });
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = RealProcesses.byFiles(sandbox, "seq 1 1000; echo e >&2; exit 5");

      assertThat(result.stdout().text()).startsWith("1\n2\n").endsWith("\n1000\n").hasSize(3893);
      assertThat(result.stderr().text()).isEqualTo("e\n");
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(5));
    }
    blaxel.assertClean();
  }

  private MockResponse listing(List<String> names) {
    ObjectNode listing = Json.object().put("path", blaxel.output().toString()).put("name", "out");
    ArrayNode files = listing.putArray("files");
    for (String name : names) {
      files.addObject().put("path", blaxel.output() + "/" + name).put("name", name).put("size", 0);
    }
    listing.putArray("subdirectories");
    return ScriptedBlaxel.json(200, listing.toString());
  }
}
