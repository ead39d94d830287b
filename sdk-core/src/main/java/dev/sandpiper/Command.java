package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.http.Durations;
import dev.sandpiper.wire.SentText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What to run: a program with its arguments, or a script for the sandbox's {@code /bin/sh}.
 * Immutable; each method returns a changed copy.
 */
public final class Command {
  private static final int DEFAULT_CAPTURE = 4 << 20;
  private static final int LEAST_CAPTURE = 2;
  private static final int MOST_CAPTURE = 1 << 30;

  private final List<String> arguments;
  private final boolean shell;
  private final Options options;

  /** Modified only between being copied and being passed to a new command. */
  private static final class Options {
    @Nullable String directory;
    Map<String, String> environment = Map.of();
    @Nullable String user;
    boolean mergeErrors;
    @Nullable Duration timeout;
    int capture = DEFAULT_CAPTURE;
    @Nullable Content stdin;
    boolean openStdin;

    Options copy() {
      Options copy = new Options();
      copy.directory = directory;
      copy.environment = environment;
      copy.user = user;
      copy.mergeErrors = mergeErrors;
      copy.timeout = timeout;
      copy.capture = capture;
      copy.stdin = stdin;
      copy.openStdin = openStdin;
      return copy;
    }
  }

  private Command(List<String> arguments, boolean shell, Options options) {
    this.arguments = arguments;
    this.shell = shell;
    this.options = options;
  }

  /**
   * A program with its arguments, passed unchanged: no shell interprets them. A program without a
   * slash is looked up on the sandbox's {@code PATH}; if it does not exist, the result is exit code
   * 127, as in a shell, not an exception. Linux limits an argument to 131,071 bytes: starting a
   * command with a longer one throws {@link InvalidRequestException}, and nothing is sent.
   *
   * @throws IllegalArgumentException if one contains a NUL or an unpaired surrogate, or the program
   *     is empty
   */
  public static Command of(String program, String... arguments) {
    requireNonNull(program, "program");
    if (program.isEmpty()) {
      throw new IllegalArgumentException("the program is empty");
    }
    List<String> all = Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
    for (int i = 0; i < all.size(); i++) {
      SentText.require("argument " + i, all.get(i));
    }
    return new Command(all, false, new Options());
  }

  /**
   * {@link #of(String, String...)} of a program and its arguments in one list.
   *
   * @throws IllegalArgumentException if the list is empty
   */
  public static Command of(List<String> programAndArguments) {
    if (programAndArguments.isEmpty()) {
      throw new IllegalArgumentException("a command needs a program: the list is empty");
    }
    List<String> arguments = programAndArguments.subList(1, programAndArguments.size());
    return of(programAndArguments.get(0), arguments.toArray(String[]::new));
  }

  /**
   * A script for {@code /bin/sh -c}, without a profile. Never insert untrusted text into it: pass
   * that as an argument of {@link #of} or through {@link #environment}. A script of more than
   * 131,071 bytes is rejected like an argument, except on Blaxel, where it is sent as a file.
   */
  public static Command shell(String script) {
    SentText.require("script", script);
    return new Command(List.of("/bin/sh", "-c", script), true, new Options());
  }

  /**
   * The directory to start it in. A relative path is resolved against {@link
   * Sandbox#workingDirectory()}, which is also the default.
   */
  public Command directory(String path) {
    SentText.require("directory", path);
    return with(changed -> changed.directory = path);
  }

  /**
   * Sets one variable, overriding the sandbox's own and earlier ones of that name.
   *
   * <p>Every name that Linux allows reaches the program, even if it is not a valid shell
   * identifier, such as {@code spring.datasource.url}. For such a name the sandbox needs perl or
   * python3, and for a {@link #shell} script bash, which runs the script where {@code /bin/sh}
   * would drop the variable; without these, starting the command throws {@link
   * InvalidRequestException}. This covers the program itself only: a {@code /bin/sh} that it starts
   * may drop the variable again.
   *
   * <p>{@code SANDPIPER_PROCESS} is set by the library, see {@link Process#close}.
   *
   * @throws IllegalArgumentException if the name is empty or contains {@code =}, or the name or the
   *     value contains a NUL
   */
  public Command environment(String name, String value) {
    requireVariable(name, value);
    return environment(Map.of(name, value));
  }

  /** Like {@link #environment(String, String)}, for each entry. */
  public Command environment(Map<String, String> variables) {
    Map<String, String> all = new LinkedHashMap<>(options.environment);
    variables.forEach(
        (name, value) -> {
          requireVariable(name, value);
          all.put(name, value);
        });
    return with(changed -> changed.environment = Map.copyOf(all));
  }

  /** Runs it as this user of the sandbox. Needs {@link Capability#USER}. */
  public Command user(String name) {
    SentText.require("user", name);
    return with(changed -> changed.user = name);
  }

  /**
   * The content of its standard input, followed by end of file. It is sent on a thread of the
   * client's executor while the output is read, as fast as the command reads it; a stream is sent
   * as it is read. Without this or {@link #openStdin}, a command reads end of file immediately.
   *
   * <p>The content's stream is closed when all of it was sent, or when the command has ended. A
   * command that ends before it has read everything is not a failure. Content that cannot be read
   * or sent is a failure: the command is stopped, because an end of file would make it take its
   * input for complete. Needs {@link Capability#STDIN_END}.
   *
   * @throws IllegalArgumentException after {@link #openStdin}
   */
  public Command stdin(Content content) {
    requireNonNull(content, "content");
    requireOneInput(options.openStdin);
    return with(changed -> changed.stdin = content);
  }

  /**
   * Keeps its standard input open for {@link Process#stdin()}; the command reads end of file when
   * that stream is closed. Only for {@link Processes#start}. Needs {@link Capability#STDIN}.
   *
   * @throws IllegalArgumentException after {@link #stdin(Content)}
   */
  public Command openStdin() {
    requireOneInput(options.stdin != null);
    return with(changed -> changed.openStdin = true);
  }

  private static void requireOneInput(boolean hasAnother) {
    if (hasAnother) {
      throw new IllegalArgumentException("either stdin(content) or openStdin(), not both");
    }
  }

  /**
   * Redirects stderr to stdout inside the sandbox. Use it to get a transcript, because platforms do
   * not order the two.
   */
  public Command mergeErrors() {
    return with(changed -> changed.mergeErrors = true);
  }

  /**
   * How long it may run, whether or not a client is attached to it. Then it is stopped with all its
   * descendants as by {@link Process#close}: by TERM, and by KILL after two seconds. If the client
   * that started it has died, the sandbox may stop it some seconds later. Default: no limit.
   *
   * @throws IllegalArgumentException if {@code limit} is not positive
   */
  public Command timeout(Duration limit) {
    Duration checked =
        Durations.positive("a command's timeout", limit, "leave it out for no limit");
    return with(changed -> changed.timeout = checked);
  }

  /**
   * How many bytes of each channel {@code exec} keeps: half from the beginning, half from the end.
   * The rest is counted and not kept. Default: 4 MiB.
   *
   * @throws IllegalArgumentException if {@code bytes} is below 2 or above 1 GiB
   */
  public Command captureBytes(int bytes) {
    if (bytes < LEAST_CAPTURE || bytes > MOST_CAPTURE) {
      throw new IllegalArgumentException("captureBytes must be 2 bytes to 1 GiB: " + bytes);
    }
    return with(changed -> changed.capture = bytes);
  }

  /** The program and its arguments; {@code /bin/sh -c script} for a script. At least one. */
  public List<String> arguments() {
    return arguments;
  }

  /** Its name in messages: its program, or {@code shell}. Never an argument or a script. */
  public String name() {
    return shell ? "shell" : arguments.get(0);
  }

  public Optional<String> directory() {
    return Optional.ofNullable(options.directory);
  }

  public Map<String, String> environment() {
    return options.environment;
  }

  public Optional<String> user() {
    return Optional.ofNullable(options.user);
  }

  public Optional<Content> stdin() {
    return Optional.ofNullable(options.stdin);
  }

  /** True after {@link #openStdin}. */
  public boolean opensStdin() {
    return options.openStdin;
  }

  public boolean mergesErrors() {
    return options.mergeErrors;
  }

  public Optional<Duration> timeout() {
    return Optional.ofNullable(options.timeout);
  }

  /** How many bytes of each channel {@code exec} keeps. */
  public int captureBytes() {
    return options.capture;
  }

  /** Its name only, because arguments and variables may be secrets. */
  @Override
  public String toString() {
    return "Command[" + name() + "]";
  }

  private Command with(Consumer<Options> change) {
    Options changed = options.copy();
    change.accept(changed);
    return new Command(arguments, shell, changed);
  }

  /**
   * Rejects a variable that cannot be passed to a process. Messages leave out the part of a name
   * after {@code =}: it may be a secret.
   */
  static void requireVariable(String name, String value) {
    requireNonNull(name, "name of a variable");
    requireNonNull(value, "value of variable " + name);
    int equals = name.indexOf('=');
    if (equals >= 0) {
      throw new IllegalArgumentException(
          "a variable's name must not contain '=': '" + name.substring(0, equals) + "...'");
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a variable's name must not be empty");
    }
    SentText.require("name of a variable", name);
    SentText.require("variable " + name, value);
  }
}
