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
 * Environment variables in the form that reaches a command through the shells before it. A shell
 * drops names that it cannot hold, changes some and obeys others; those travel as values of other
 * variables, {@code SANDPIPER_VARIABLE_0=NAME=VALUE}, until {@code set-variables.sh} sets them as
 * the last step. Every script that starts a command runs {@link #EXEC} for that. No value is ever
 * an argument, because everybody in the sandbox can read those.
 */
public final class Variables {
  /** Holds the nonce of a command, and is inherited by its descendants. */
  public static final String PROCESS = "SANDPIPER_PROCESS";

  /** What a script runs in the place of {@code exec}, with the command behind it. */
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

  /** What is left of the longest text beside {@code SANDPIPER_VARIABLE_12345=}. */
  private static final int LONGEST = LongTexts.LONGEST - 25;

  private static final Pattern HOLDABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** What some shell owns, and our own names. */
  private static final Pattern OWNED =
      Pattern.compile(
          "_|(E?U|PP)ID|BASH(?!_ENV$).*|COMP_WORDBREAKS|DIRSTACK|EPOCH(REALTIME|SECONDS)|FUNCNAME"
              + "|GROUPS|HISTCMD|LINENO|OPTIND|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|(?i:SANDPIPER_).*");

  /** What a shell resets when it starts, and sets on demand. */
  private static final Pattern RESET = Pattern.compile("IFS|OLDPWD|PS4|PWD");

  /** What would change how our scripts and their tools work. */
  private static final Pattern OBEYED =
      Pattern.compile("(BASH_)?ENV|CDPATH|LANG(UAGE)?|LC_.*|LD_.*|PATH|POSIXLY_CORRECT|TMOUT");

  /** What {@code find-setters.sh} finds: that /bin/sh passes every name on. */
  private static final int SHELL = 1;

  /** A program that can set every name. */
  private static final int PROGRAM = 2;

  private static final int BASH = 4;
  private static final int FOUND = 10;

  private final String sandboxId;
  private final ScriptHost host;

  /** Zero until the sandbox has been asked. */
  private volatile int setters;

  public Variables(String sandboxId, ScriptHost host) {
    this.sandboxId = sandboxId;
    this.host = host;
  }

  /**
   * What the platform is to be given for a command. Blocks for a question to the sandbox the first
   * time that a name needs more than a shell.
   *
   * @throws InvalidRequestException if the sandbox has nothing that could set such a name, or one
   *     is longer than Linux allows
   */
  public Map<String, String> of(Command command, String nonce, CallScope scope) {
    Map<String, String> asked = new LinkedHashMap<>(command.environment());
    asked.remove(PROCESS);
    asked.forEach((name, value) -> requireShort(command, name, value));
    Predicate<String> carried = name -> isReset(name) || OBEYED.matcher(name).matches();
    if (isExact(asked.keySet())) {
      boolean isScript = command.name().equals("shell") && command.arguments().size() == 3;
      if (has(PROGRAM, scope) && (!isScript || has(SHELL | BASH, scope))) {
        carried = name -> true; // so that the program is not disturbed by the others
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

  /** What the platform is to be given for a new sandbox. */
  public static Map<String, String> ofSandbox(Map<String, String> asked) {
    Map<String, String> others = new LinkedHashMap<>(asked);
    others.remove(PROCESS);
    return carried(others, SHARED, Variables::isReset);
  }

  /**
   * Refuses variables of a new sandbox that its commands would not get.
   *
   * @throws InvalidRequestException as above
   */
  public void requireSettable(Collection<String> names, CallScope scope) {
    if (isExact(names) && !(has(PROGRAM, scope) && has(SHELL | BASH, scope))) {
      throw unsettable("create", sandboxId, names);
    }
  }

  /** True if there is one of these. */
  private boolean has(int some, CallScope scope) {
    if (setters == 0) {
      ScriptHost.Result result =
          host.run("look for perl in", sandboxId, FIND_SETTERS, List.of(), LIFETIME, scope);
      int code = result.exit().code().orElse(0);
      if (code < FOUND || code > (FOUND + SHELL + PROGRAM + BASH)) {
        throw new PlatformException(
            Failure.of("look for perl in", sandboxId, "the script ended with " + result.exit()));
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
            "its /bin/sh drops or changes variables with the names "
                + difficult
                + "; setting them needs perl or python3 in the sandbox, and bash for a script"));
  }

  private static void requireShort(Command command, String name, String value) {
    int bytes = (name + "=" + value).getBytes(UTF_8).length;
    LongTexts.requireShort(command, "variable " + name, bytes, LONGEST);
  }

  /** What was asked for, of what the platform was given. */
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

  /** True of a name that no shell can set to any value. */
  private static boolean needsMore(String name) {
    return !HOLDABLE.matcher(name).matches() || isOwned(name);
  }

  private static boolean isOwned(String name) {
    return OWNED.matcher(name).matches();
  }
}
