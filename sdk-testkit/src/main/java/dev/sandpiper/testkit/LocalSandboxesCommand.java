package dev.sandpiper.testkit;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Local sandboxes as a program, for clients in any language. Prints the variables that such a
 * client reads, and serves until a signal ends it. Exits with 2 if its arguments are wrong, with 1
 * if it cannot start.
 */
final class LocalSandboxesCommand {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");
  private static final String USAGE =
      """
      Serves sandboxes on this machine to clients of E2B and of Blaxel, until it is ended by a
      signal. There is no isolation: commands are processes of the user who runs this.

        --e2b-port N       the port of E2B's control plane (default: any free one)
        --e2b-sandbox-port N
                           the port at which all E2B sandboxes are reached (default: any free one)
        --blaxel-port N    the port of Blaxel's control plane (default: any free one)
        --blaxel-sandbox-port N
                           the port at which all Blaxel sandboxes are reached (default: any free one)
        --blaxel-fault F   let Blaxel do this wrong, as the real one does: throttle,
                           slow-reader-freezes, left-behind-poisons, documented-sse; may be repeated
        --accept-unenforced FIELD
                           accept this field of requests for a sandbox although nothing is done
                           about it, such as network or spec.runtime.memory; may be repeated
        --e2b-debug-clients
                           also serve clients with E2B_DEBUG=true, without a token: one sandbox,
                           on port 49983; the control plane's port is then 3000 by default
        --blaxel-debug-clients PORT
                           also serve Blaxel clients that know no gateway, without a token: the
                           server of one sandbox, on this port; inside a real sandbox it is 8080
        --wide-cors        let web pages from everywhere send requests; they need the tokens
        --whole-host       let file calls leave their sandbox's directory
        --e2b-whole-host-for-debug-clients
                           say that --e2b-debug-clients and --whole-host together are meant
        --blaxel-whole-host-for-debug-clients
                           say that --blaxel-debug-clients and --whole-host together are meant
        --with-parent PID  end as soon as the process ends that started this one, and whose
                           number this is: $$ in a shell. Without the number a parent that ended
                           before this program looked is not noticed everywhere
        --help             print this

      Prints lines such as: export E2B_API_URL=http://127.0.0.1:3000
      and the same for Blaxel:  export BL_API_URL=http://127.0.0.1:3001/v0
      """;

  /** The arguments are wrong; the message is a sentence that says why. */
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
      super(message);
    }
  }

  private final LocalSandboxes.Builder builder = LocalSandboxes.builder();
  private @Nullable Parent parent;

  private LocalSandboxesCommand(List<String> arguments) throws UsageException {
    parse(new ArrayDeque<>(arguments));
  }

  public static void main(String[] arguments) throws InterruptedException {
    int status = run(List.of(arguments), System.out, System.err);
    if (status != 0) System.exit(status);
  }

  /** Returns the exit code, only if there is nothing to serve. */
  private static int run(List<String> arguments, PrintStream out, PrintStream err)
      throws InterruptedException {
    if (arguments.contains("--help")) {
      out.print(USAGE);
      return 0;
    }
    try {
      new LocalSandboxesCommand(arguments).serve(out);
      return 0;
    } catch (UsageException | IllegalStateException e) {
      err.println(e.getMessage());
      return 2;
    } catch (UncheckedIOException | UnsupportedOperationException e) {
      err.println(e.getMessage());
      return 1;
    }
  }

  /** A signal ends the JVM, whose shutdown hook closes the servers. */
  private void serve(PrintStream out) throws InterruptedException {
    try (LocalSandboxes sandboxes = builder.start()) {
      Map<String, String> variables = new TreeMap<>(sandboxes.e2bEnvironment());
      variables.putAll(sandboxes.blaxelEnvironment());
      variables.forEach((name, value) -> out.println("export " + name + "=" + value));
      out.flush();
      if (parent != null) {
        parent.awaitEnd();
      } else {
        new CountDownLatch(1).await();
      }
    }
  }

  private void parse(Deque<String> rest) throws UsageException {
    Set<BlaxelFault> faults = EnumSet.noneOf(BlaxelFault.class);
    Set<String> unenforced = new LinkedHashSet<>();
    while (!rest.isEmpty()) {
      String option = rest.pop();
      switch (option) {
        case "--e2b-port" -> builder.e2bControlPort(port(option, rest));
        case "--e2b-sandbox-port" -> builder.e2bSandboxPort(port(option, rest));
        case "--blaxel-port" -> builder.blaxelControlPort(port(option, rest));
        case "--blaxel-sandbox-port" -> builder.blaxelSandboxPort(port(option, rest));
        case "--blaxel-fault" -> faults.add(fault(option, rest));
        case "--accept-unenforced" -> unenforced.add(rest.isEmpty() ? "" : rest.pop());
        case "--e2b-debug-clients" -> builder.e2bDebugClients();
        case "--blaxel-debug-clients" -> builder.blaxelDebugClients(debugPort(option, rest));
        case "--blaxel-whole-host-for-debug-clients" -> builder.blaxelWholeHostForDebugClients();
        case "--wide-cors" -> builder.wideCors();
        case "--whole-host" -> builder.wholeHost();
        case "--with-parent" -> parent = Parent.of(pid(rest));
        case "--e2b-whole-host-for-debug-clients" -> builder.e2bWholeHostForDebugClients();
        default -> throw new UsageException("unknown option " + option + "; --help lists them all");
      }
    }
    builder.blaxelFaults(faults.toArray(BlaxelFault[]::new));
    builder.acceptUnenforced(unenforced.toArray(String[]::new));
  }

  private static OptionalLong pid(Deque<String> rest) {
    boolean given = !rest.isEmpty() && NUMBER.matcher(rest.peek()).matches();
    return given ? OptionalLong.of(Long.parseLong(rest.pop())) : OptionalLong.empty();
  }

  private static BlaxelFault fault(String option, Deque<String> rest) throws UsageException {
    String text = rest.isEmpty() ? "" : rest.pop();
    for (BlaxelFault fault : BlaxelFault.values()) {
      if (fault.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) return fault;
    }
    throw new UsageException(
        option + " needs one of the faults that --help lists, not '" + text + "'");
  }

  private static int debugPort(String option, Deque<String> rest) throws UsageException {
    int port = port(option, rest);
    if (port == 0) throw new UsageException(option + " needs a port, and not 0 for any");
    return port;
  }

  private static int port(String option, Deque<String> rest) throws UsageException {
    String text = rest.isEmpty() ? "" : rest.pop();
    if (text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65_535) return Integer.parseInt(text);
    throw new UsageException(
        option + " needs a port, a number from 0 to 65535, not '" + text + "'");
  }
}
