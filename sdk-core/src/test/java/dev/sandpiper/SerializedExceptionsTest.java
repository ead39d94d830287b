package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exceptions cross JVMs: in job queues, test workers and remote calls. */
class SerializedExceptionsTest {
  private static final Failure FAILURE =
      Failure.of("exec", "python3", "the sandbox is gone")
          .withStatus(502)
          .withCode("unavailable")
          .withRequestId("7f3a")
          .withRetryable(true);
  private static final Failure BARE = Failure.of("exec", "", "no answer");
  private static final ProcessRef REF = new ProcessRef("e2b", "sandbox", "7", "nonce");

  static Stream<Throwable> all() {
    Stream<SandboxException> unchecked =
        Stream.of(FAILURE, BARE).flatMap(SerializedExceptionsTest::of);
    return Stream.concat(
        unchecked, Stream.of(new SandboxIOException(new CancelledException(FAILURE, cause()))));
  }

  private static Stream<SandboxException> of(Failure failure) {
    return Stream.of(
        new AuthenticationException(failure, cause()),
        new CancelledException(failure, cause()),
        new CommandFailedException(result(new ExitStatus.Exited(3))),
        new CommandFailedException(result(new ExitStatus.Signaled(Signal.KILL))),
        new ConnectFailedException(failure, cause()),
        new ConnectionLostException(failure, REF, cause()),
        new ConnectionLostException(failure, null, null),
        new DeadlineExceededException(
            Limit.DEADLINE, Duration.ofSeconds(3), failure, result(unreported()), cause()),
        new DeadlineExceededException(Limit.IDLE, Duration.ofMillis(1), failure, null, null),
        new IncompleteListingException(
            failure,
            List.of(FileInfo.named("/d", "d", FileType.UNKNOWN), file().withLinkTarget("../b")),
            List.of("/d"),
            cause()),
        new InputClosedException(failure, cause()),
        new InvalidRequestException(failure, cause()),
        new NotFoundException(What.FILE, failure, cause()),
        new PlatformException(failure, cause()),
        new RateLimitedException(failure, Duration.ofSeconds(9)),
        new RateLimitedException(failure, null),
        new RefusedException(failure),
        new SandboxNotRunningException(failure, SandboxInfo.State.PAUSED, cause()),
        new SandboxNotRunningException(failure, null, null),
        new SandboxUnreachableException(failure, cause()),
        new ServiceBusyException(failure, Duration.ofSeconds(9), cause()),
        new ServiceBusyException(failure, null, null),
        new UnsupportedCapabilityException(failure, Capability.STDIN),
        new WireFormatException(failure, cause()));
  }

  private static IOException cause() {
    return new MalformedStreamException("half a frame");
  }

  private static ExitStatus unreported() {
    return new ExitStatus.Unreported("lost");
  }

  private static ExecResult result(ExitStatus status) {
    return new ExecResult(
        "python3",
        status,
        CapturedOutput.complete("all".getBytes(UTF_8)),
        CapturedOutput.incomplete(new byte[] {1, 2}, new byte[] {3}, 5_000_000_000L),
        Duration.ofMillis(1500));
  }

  private static FileInfo file() {
    return FileInfo.named("/d/a", "a", FileType.FILE)
        .withStatus(3, 0644, "user", "group", Instant.ofEpochSecond(1, 2))
        .withMetadata(Map.of("key", "value"));
  }

  @ParameterizedTest
  @MethodSource("all")
  void aSerializedExceptionSaysEverythingThatItSaid(Throwable thrown) throws Exception {
    thrown.addSuppressed(new CancelledException(FAILURE));
    Throwable copy = copy(thrown);

    assertThat(copy).isNotSameAs(thrown).hasSameClassAs(thrown);
    assertThat(said(copy)).isEqualTo(said(thrown));
    assertThat(copy.getStackTrace()).isEqualTo(thrown.getStackTrace());
    assertThat(copy.getSuppressed()).hasSize(1);
  }

  /** The answers of all methods without arguments, exceptions by what they say themselves. */
  private static Map<String, Object> said(Throwable thrown) throws ReflectiveOperationException {
    Map<String, Object> answers = new TreeMap<>();
    for (Method method : thrown.getClass().getMethods()) {
      if (method.getParameterCount() == 0
          && (method.getDeclaringClass().getName().startsWith("dev.sandpiper")
              || method.getName().equals("getMessage"))) {
        Object answer = method.invoke(thrown);
        answers.put(method.getName(), answer instanceof Throwable inner ? said(inner) : answer);
      }
    }
    answers.put("cause", String.valueOf(thrown.getCause()));
    return answers;
  }

  private static Throwable copy(Throwable thrown) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(thrown);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (Throwable) in.readObject();
    }
  }

  @Test
  void everyExceptionOfTheApiIsTried() throws Exception {
    URI classes = ClientResources.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    List<Class<?>> tried = all().<Class<?>>map(Throwable::getClass).distinct().toList();
    try (Stream<Path> files = Files.list(Path.of(classes).resolve("dev/sandpiper"))) {
      List<Class<?>> known =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".class"))
              .<Class<?>>map(name -> named("dev.sandpiper." + name.replace(".class", "")))
              .filter(Throwable.class::isAssignableFrom)
              .filter(type -> !Modifier.isAbstract(type.getModifiers()))
              .toList();

      assertThat(known).isNotEmpty();
      assertThat(tried).containsExactlyInAnyOrderElementsOf(known);
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
