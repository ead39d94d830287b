package dev.sandpiper.testkit.contract;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.sessions.SessionEnvironment;
import java.util.Map;

class SessionsContractTest extends LocalContract {
  @Override
  protected SandboxClient openClient() {
    return local.sessionsClient();
  }

  @Override
  public SandboxSpec spec() {
    return SessionEnvironment.BASH.spec();
  }

  @Override
  protected Map<String, String> exceptions() {
    String status = "the API reports every failure of a request as status 500";
    String group = "the API stops a process by its group alone";
    return Map.of(
        "aMissingWorkingDirectoryIsAnInvalidRequest", status,
        "anArgumentAboveTheKernelsLimitIsRefusedWithoutBeingRepeated", status,
        "aMissingFileIsNotFoundAndLeavesNothing", status,
        "aDirectoryIsNotAFile", status,
        "everyMessageNamesItsOperationAndSubject", status,
        "aServerMayOutliveTheCommandThatStartedIt", group,
        "closingStopsThemAll", group,
        "atADeadlineTheOutputIsCompleteAndNothingIsLeft", group);
  }
}
