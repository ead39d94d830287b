package dev.sandpiper.examples;

import dev.sandpiper.Command;
import dev.sandpiper.Filesystem;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.fake.FakeRun;
import dev.sandpiper.fake.FakeSandboxes;

/** What the commands of {@link Quickstart} do in a real sandbox, for machines that have none. */
final class RecordedAnalysis {
  private static final String PRINTED =
      """
      100 years read, from 1871 to 1970, mean 919
      the level seems to change after 1898: 1098 before, 850 after
       2000 shuffles, 0 with a drift as large
       4000 shuffles, 0 with a drift as large
       6000 shuffles, 0 with a drift as large
       8000 shuffles, 0 with a drift as large
      10000 shuffles, 0 with a drift as large
      """;

  private static final String LEVELS =
      """
      from,to,mean
      1871,1898,1097.8
      1899,1970,850.0
      """;

  private RecordedAnalysis() {}

  static SandboxClient client() {
    FakeSandboxes fake = new FakeSandboxes();
    fake.when("awk", RecordedAnalysis::analyse);
    fake.when("grep", FakeRun.exits(1));
    return fake;
  }

  private static FakeRun analyse(Command command, Filesystem files) {
    files.writeText("levels.csv", LEVELS);
    return FakeRun.exits(0).stdout(PRINTED);
  }
}
