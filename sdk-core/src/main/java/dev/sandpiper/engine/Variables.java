package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Encodes environment variables so that they reach a command unchanged through the shells that
 * start it. A shell drops names that are not identifiers, overwrites some variables and obeys
 * others. Such variables are sent as values of other variables, {@code
 * SANDPIPER_VARIABLE_0=NAME=VALUE}, until {@code set-variables.sh} sets them as the last step.
 * Every script that starts a command runs {@link #EXEC} for that. Values are never passed as
 * arguments, because every process in the sandbox can read those.
 */
public final class Variables {
  /** The variable with the nonce of a command; inherited by its descendants. */
  public static final String PROCESS = "SANDPIPER_PROCESS";

  /** What a script runs instead of {@code exec}, followed by the command. */
  public static final String EXEC = "exec ${SANDPIPER_WITH:+/bin/sh -c \"$SANDPIPER_WITH\" sh}";

  private static final String SCRIPT = "SANDPIPER_WITH";
  private static final String EXACT = "SANDPIPER_EXACT";
  private static final String SHARED = "SANDPIPER_SHARED_";
  private static final String OWN = "SANDPIPER_VARIABLE_";
  private static final String SET =
      ScriptFile.load(Variables.class.getResourceAsStream("set-variables.sh"), "set-variables.sh");
  private static final String FIND_SETTERS =
      ScriptFile.load(Variables.class.getResourceAsStream("find-setters.sh"), "find-setters.sh");
  private static final Duration LIFETIME = Duration.ofSeconds(5);

  /** The longest variable with its value: leaves room for {@code SANDPIPER_VARIABLE_12345=}. */
  private static final int LONGEST = LongTexts.LONGEST - 25;

  private static final Pattern HOLDABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Names that some shell sets itself, and our own. */
  private static final Pattern OWNED =
      Pattern.compile(
          "_|(E?U|PP)ID|BASH(?!_ENV$).*|COMP_WORDBREAKS|DIRSTACK|EPOCH(REALTIME|SECONDS)|FUNCNAME"
              + "|GROUPS|HISTCMD|LINENO|OPTIND|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|(?i:SANDPIPER_).*");

  /** Names that a shell resets when it starts, but sets on demand. */
  private static final Pattern RESET = Pattern.compile("IFS|OLDPWD|PS4|PWD");

  /** Names that would change how our scripts and their tools work. */
  private static final Pattern OBEYED =
      Pattern.compile("(BASH_)?ENV|CDPATH|LANG(UAGE)?|LC_.*|LD_.*|PATH|POSIXLY_CORRECT|TMOUT");

  /** Bit of the exit code of {@code find-setters.sh}: /bin/sh passes every name on. */
  private static final int SHELL = 1;

  /** Bit: there is a program that can set every name. */
  private static final int PROGRAM = 2;

  private static final int BASH = 4;
  private static final int FOUND = 10;

  private final String sandboxId;
  private final ScriptHost host;

  /** The result of {@code find-setters.sh}; zero until it has run. */
  private volatile int setters;

  public Variables(String sandboxId, ScriptHost host) {
    this.sandboxId = sandboxId;
    this.host = host;
  }

  /**
   * The variables to send to the platform for a command. The first time that a name needs more than
   * a shell, blocks for a script in the sandbox.
   *
   * @throws InvalidRequestException if the sandbox has no program that can set such a name, or a
   *     variable is longer than Linux allows
   */
  public Map<String, String> of(Command command, String nonce, CallScope scope) {
    Map<String, String> asked = new LinkedHashMap<>(command.environment());
    asked.remove(PROCESS);
    asked.forEach((name, value) -> requireShort(command, name, value));
    Predicate<String> carried = name -> isReset(name) || OBEYED.matcher(name).matches();
    if (isExact(asked.keySet())) {
      boolean isScript = command.name().equals("shell") && command.arguments().size() == 3;
      if (has(PROGRAM, scope) && (!isScript || has(SHELL | BASH, scope))) {
        carried = name -> true; // so that the setting program is not affected by them
      } else if (has(SHELL, scope) && asked.keySet().stream().noneMatch(Variables::isOwned)) {
        carried = carried.and(name -> HOLDABLE.matcher(name).matches());
      } else {
        throw unsettable("start", command.name(), asked.keySet());
      }
    }
    Map<String, String> given = carried(asked, OWN, carried);
    given.put(PROCESS, nonce);
    return given;
  }

  /** The variables to send to the platform for a new sandbox. */
  public static Map<String, String> ofSandbox(Map<String, String> asked) {
    Map<String, String> others = new LinkedHashMap<>(asked);
    others.remove(PROCESS);
    return carried(others, SHARED, Variables::isReset);
  }

  /**
   * Rejects variables of a new sandbox that its commands would not receive.
   *
   * @throws InvalidRequestException if one of {@code names} cannot be set
   */
  public void requireSettable(Collection<String> names, CallScope scope) {
    if (isExact(names) && !(has(PROGRAM, scope) && has(SHELL | BASH, scope))) {
      throw unsettable("create", sandboxId, names);
    }
  }

  /** True if the sandbox has one of these setters. */
  private boolean has(int some, CallScope scope) {
    if (setters == 0) {
      ScriptHost.Result result =
          host.run(
              "find perl, python3 or bash in", sandboxId, FIND_SETTERS, List.of(), LIFETIME, scope);
      int code = result.exit().code().orElse(0);
      if (code < FOUND || code > (FOUND + SHELL + PROGRAM + BASH)) {
        throw new PlatformException(
            Failure.of(
                "find perl, python3 or bash in",
                sandboxId,
                "unexpected exit of the script: " + result.exit()));
      }
      setters = code;
    }
    return ((setters - FOUND) & some) != 0;
  }

  private static InvalidRequestException unsettable(
      String operation, String subject, Collection<String> names) {
    List<String> difficult = names.stream().filter(Variables::needsMore).toList();
    return new InvalidRequestException(
        Failure.of(
            operation,
            subject,
            "its /bin/sh does not pass on variables named "
                + difficult
                + "; setting them needs perl or python3 in the sandbox, and bash for a script"));
  }

  private static void requireShort(Command command, String name, String value) {
    int bytes = (name + "=" + value).getBytes(UTF_8).length;
    LongTexts.requireShort(command, "variable " + name, bytes, LONGEST);
  }

  /** The variables that the caller set, decoded from those sent to the platform. */
  public static Map<String, String> asked(Map<String, String> given) {
    Map<String, String> asked = new LinkedHashMap<>();
    given.forEach(
        (name, value) -> {
          if (isCarrier(name, value)) {
            int equals = value.indexOf('=');
            asked.put(value.substring(0, equals), value.substring(equals + 1));
          } else if (!name.equals(PROCESS) && !name.equals(SCRIPT) && !name.equals(EXACT)) {
            asked.put(name, value);
          }
        });
    return asked;
  }

  private static boolean isCarrier(String name, String value) {
    return (name.startsWith(OWN) || name.startsWith(SHARED)) && value.indexOf('=') > 0;
  }

  private static Map<String, String> carried(
      Map<String, String> asked, String prefix, Predicate<String> isCarried) {
    Map<String, String> given = new LinkedHashMap<>();
    int count = 0;
    for (Map.Entry<String, String> variable : asked.entrySet()) {
      String name = variable.getKey();
      if (isCarried.test(name)) {
        given.put(prefix + count++, name + "=" + variable.getValue());
      } else {
        given.put(name, variable.getValue());
      }
    }
    if (count > 0) {
      given.put(SCRIPT, SET);
      if (isExact(asked.keySet())) {
        given.put(EXACT, "1");
      }
    }
    return given;
  }

  private static boolean isReset(String name) {
    return needsMore(name) || RESET.matcher(name).matches();
  }

  private static boolean isExact(Collection<String> names) {
    return names.stream().anyMatch(Variables::needsMore);
  }

  /** True if no shell can set this name to every value. */
  private static boolean needsMore(String name) {
    return !HOLDABLE.matcher(name).matches() || isOwned(name);
  }

  private static boolean isOwned(String name) {
    return OWNED.matcher(name).matches();
  }
}
