package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sandpiper.Capability;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promises of this library for every platform, one fact in each test. A provider is tested by a
 * subclass that opens its client:
 *
 * <pre>{@code
 * class AcmeContractTest extends SandboxContract {
 *   @Override
 *   protected SandboxClient openClient() {
 *     return AcmeClient.fromEnvironment();
 *   }
 * }
 * }</pre>
 *
 * <p>A failure names the promise and the fact. Needs JUnit Jupiter and AssertJ, which are not
 * dependencies of the test kit. Each test has a sandbox of its own, which is killed after it, even
 * if it fails; all tests of a class share one client. A fact that needs a {@link Capability} that
 * the platform lacks is reported as skipped. The sandboxes need a shell, the usual tools of a Linux
 * image, perl or python3, and bash. The tests run in parallel if JUnit is configured for that.
 */
@SuppressWarnings("exports") // only subclasses of this need JUnit
@Timeout(60)
@ExtendWith(NamedFailures.class)
public abstract class SandboxContract
    implements StreamsNeverLie,
        StreamsNeverHang,
        WaitingCannotHangOnOutput,
        CommandsHaveNoHiddenDeadline,
        CloseUndoesWhatOpenedIt,
        DescendantsAreStopped,
        BytesAreExact,
        StandardInput,
        Variables,
        SignalsAndLists,
        Terminals,
        FileVerbs,
        DirectoryCopies,
        Watches,
        ErrorsSayWhatAndWhere {
  @RegisterExtension static final SharedClients CLIENTS = new SharedClients();

  @TempDir Path directory;

  /** Null until a test requests it. */
  private @Nullable Sandbox sandbox;

  /** For the subclass of one platform. */
  protected SandboxContract() {}

  /** Opens a client of the platform, once for all tests of the class, which close it. */
  protected abstract SandboxClient openClient();

  /** The spec for the sandbox of each test. */
  @Override
  public SandboxSpec spec() {
    return SandboxSpec.standard();
  }

  /** The platform's capabilities. Facts that need others are skipped. */
  @Override
  public Set<Capability> capabilities() {
    return client().capabilities();
  }

  /**
   * The facts that are known not to hold on the platform although it has the capabilities, by
   * method name, with the reasons. These are skipped too. Default: empty. A name without a fact
   * fails every test of the class.
   */
  protected Map<String, String> exceptions() {
    return Map.of();
  }

  @Override
  public final SandboxClient client() {
    return CLIENTS.of(getClass(), this::openClient);
  }

  @Override
  public final Sandbox sandbox() {
    if (sandbox == null) sandbox = client().create(spec());
    return sandbox;
  }

  @Override
  public final Path directory() {
    return directory;
  }

  @BeforeEach
  void skipWhatThePlatformLacks(TestInfo test) {
    Method fact = test.getTestMethod().orElseThrow();
    Set<String> excepted = exceptions().keySet();
    FactSheet.requireFacts(getClass(), excepted);
    assumeThat(excepted).doesNotContain(fact.getName());
    assumeThat(capabilities()).as("capabilities").containsAll(FactSheet.needs(fact));
  }

  @AfterEach
  void killTheSandbox() {
    if (sandbox != null) sandbox.close();
  }
}
