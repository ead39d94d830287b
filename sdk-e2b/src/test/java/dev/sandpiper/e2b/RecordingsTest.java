package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.ExitReader;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Recordings;
import dev.sandpiper.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded process stream whole, byte by byte and cut everywhere: the right bytes and the
 * right end, or an error that says so, and never a shorter success.
 */
class RecordingsTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("sandpiper.exhaustive");
  private static final int SHORT = 16 << 10;
  private static final int NEAR = 8;
  private static final int SAMPLES = 500;
  private static final long SEED = 20_261_120;

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();
  private final Map<E2bCodec, ReplayedE2b> opened = new EnumMap<>(E2bCodec.class);

  @AfterEach
  void nothingIsLeft() {
    opened.values().forEach(ReplayedE2b::close);
  }

  /** The client that speaks as the recorded one did. */
  private ReplayedE2b replayed(Recordings.Answer answer) {
    return opened.computeIfAbsent(Frames.codecOf(answer), ReplayedE2b::new);
  }

  static List<Recordings.Answer> streams() {
    return Recordings.of("e2b").stream().filter(Recordings.Answer::isProcessStream).toList();
  }

  static List<Recordings.Answer> refusals() {
    return Recordings.of("e2b").stream()
        .filter(answer -> answer.status() >= 400)
        .filter(answer -> answer.target().matches("/(process|filesystem)\\..*|/files\\?.*"))
        .toList();
  }

  @Test
  void thereIsSomethingToReplay() {
    assertThat(streams())
        .filteredOn(answer -> Frames.codecOf(answer) == E2bCodec.BINARY)
        .hasSizeGreaterThan(20);
    assertThat(streams())
        .filteredOn(answer -> Frames.codecOf(answer) == E2bCodec.JSON)
        .hasSizeGreaterThan(90);
    assertThat(refusals()).hasSizeGreaterThan(40);
  }

  /** What a client must make of the first bytes of a stream. */
  private static final class Expected {
    final Map<Channel, ByteArrayOutputStream> outputs = new EnumMap<>(Channel.class);
    final NavigableSet<Integer> borders = new TreeSet<>();
    boolean started;
    boolean compressed;
    boolean ended;
    @Nullable ExitStatus exit;
    @Nullable JsonNode error;
    private final E2bCodec codec;

    private Expected(E2bCodec codec) {
      this.codec = codec;
    }

    static Expected of(Recordings.Answer answer) throws IOException {
      return of(Frames.codecOf(answer), answer.body());
    }

    /** Reads the frames that are complete. */
    static Expected of(E2bCodec codec, byte[] stream) throws IOException {
      Expected expected = new Expected(codec);
      ByteBuffer bytes = ByteBuffer.wrap(stream);
      while (bytes.remaining() >= 5
          && bytes.remaining() - 5 >= bytes.getInt(bytes.position() + 1)) {
        expected.borders.add(bytes.position());
        byte flags = bytes.get();
        byte[] payload = new byte[bytes.getInt()];
        bytes.get(payload);
        expected.add(flags, payload);
      }
      expected.borders.add(bytes.position());
      return expected;
    }

    private void add(int flags, byte[] payload) throws IOException {
      if ((flags & 1) != 0) {
        compressed = true;
      } else if ((flags & 2) != 0) {
        ended = true;
        error = Json.parse(payload).get("error");
      } else if (codec == E2bCodec.BINARY) {
        add(StartResponse.parseFrom(payload).getEvent());
      } else {
        add(Json.parse(payload).path("event"));
      }
    }

    /** By the names that stand in the recordings, and not by the client's own codec. */
    private void add(JsonNode event) throws IOException {
      started |= event.has("start");
      JsonNode data = event.path("data");
      add(data, "stdout", Channel.STDOUT);
      add(data, "stderr", Channel.STDERR);
      add(data, "pty", Channel.TERMINAL);
      if (event.has("end")) {
        JsonNode end = event.path("end");
        exit =
            ExitReader.read(
                EndEvent.newBuilder()
                    .setExitCode(end.path("exitCode").asInt(0))
                    .setExited(end.path("exited").asBoolean(false))
                    .setStatus(end.path("status").asText(""))
                    .build());
      }
    }

    private void add(JsonNode data, String name, Channel channel) throws IOException {
      if (data.has(name)) {
        output(channel).write(Base64.getDecoder().decode(data.path(name).asText()));
      }
    }

    private void add(ProcessEvent event) throws IOException {
      switch (event.getEventCase()) {
        case START -> started = true;
        case DATA -> add(event.getData());
        case END -> exit = ExitReader.read(event.getEnd());
        default -> {}
      }
    }

    private void add(DataEvent data) throws IOException {
      switch (data.getOutputCase()) {
        case STDOUT -> output(Channel.STDOUT).write(data.getStdout().toByteArray());
        case STDERR -> output(Channel.STDERR).write(data.getStderr().toByteArray());
        case PTY -> output(Channel.TERMINAL).write(data.getPty().toByteArray());
        default -> {}
      }
    }

    /** True where the client asks the sandbox what became of the process. */
    boolean isAskedAbout() {
      boolean mayHaveStarted =
          !started
              && error != null
              && List.of("deadline_exceeded", "internal").contains(error.path("code").asText());
      return compressed || !ended || mayHaveStarted;
    }

    private ByteArrayOutputStream output(Channel channel) {
      return outputs.computeIfAbsent(channel, any -> new ByteArrayOutputStream());
    }
  }

  /** What the client did make of a stream. */
  private static final class Outcome {
    final Map<Channel, ByteArrayOutputStream> outputs = new EnumMap<>(Channel.class);
    @Nullable ExitStatus exit;
    @Nullable SandboxException failure;

    static Outcome of(E2bSandbox sandbox) {
      Outcome outcome = new Outcome();
      try {
        outcome.exit =
            sandbox
                .processes()
                .exec(
                    Command.of("recorded"),
                    output ->
                        output.writeTo(
                            outcome.outputs.computeIfAbsent(
                                output.channel(), any -> new ByteArrayOutputStream())))
                .exit();
      } catch (SandboxException e) {
        outcome.failure = e;
      }
      return outcome;
    }

    void assertIs(Expected expected) {
      assertThat(hex(outputs)).isEqualTo(hex(expected.outputs));
      if (expected.exit != null) {
        assertThat(failure).isNull();
        assertThat(exit).isEqualTo(expected.exit);
        return;
      }
      assertThat(exit).isNull();
      assertThat(failure).isExactlyInstanceOf(expectedFailure(expected));
      if (failure instanceof ConnectionLostException lost) {
        assertThat(lost.process().isPresent()).isEqualTo(expected.started);
      }
    }

    private static Class<? extends SandboxException> expectedFailure(Expected expected) {
      if (expected.compressed) {
        return WireFormatException.class;
      }
      if (!expected.ended) {
        return ConnectionLostException.class;
      }
      return expected.error == null
          ? WireFormatException.class
          : typeOf(expected.error.path("code").asText(), 200);
    }

    private static Map<Channel, String> hex(Map<Channel, ByteArrayOutputStream> outputs) {
      Map<Channel, String> hex = new EnumMap<>(Channel.class);
      outputs.forEach(
          (channel, bytes) -> {
            if (bytes.size() > 0) {
              hex.put(channel, new Buffer().write(bytes.toByteArray()).md5().hex());
            }
          });
      return hex;
    }
  }

  private static Class<? extends SandboxException> typeOf(String code, int status) {
    return switch (code) {
      case "invalid_argument", "unauthenticated" -> InvalidRequestException.class;
      case "not_found" -> NotFoundException.class;
      case "permission_denied" -> AuthenticationException.class;
      case "resource_exhausted" -> RateLimitedException.class;
      case "unimplemented" -> InvalidRequestException.class;
      case "deadline_exceeded" -> DeadlineExceededException.class;
      case "" ->
          switch (status) {
            case 400 -> InvalidRequestException.class;
            case 401, 403 -> AuthenticationException.class;
            case 404 -> NotFoundException.class;
            default -> PlatformException.class;
          };
      default -> PlatformException.class;
    };
  }

  @ParameterizedTest
  @MethodSource("streams")
  void wholeOverASocketInThePiecesOfTheServer(Recordings.Answer answer) throws Exception {
    Expected expected = Expected.of(answer);
    if (expected.isAskedAbout()) {
      return; // by requests that nobody recorded; see whole()
    }
    E2bClient client = e2b.open(e2b.builder().codec(Frames.codecOf(answer)));
    E2bSandbox sandbox = e2b.sandbox(client, "0.6.13");
    e2b.answer(Frames.chunked(answer.contentType(), answer.pieces()));
    Outcome.of(sandbox).assertIs(expected);
    e2b.take("POST /process.Process/Start");
  }

  @ParameterizedTest
  @MethodSource("streams")
  void whole(Recordings.Answer answer) throws Exception {
    ReplayedE2b replayed = replayed(answer);
    replayed.replay(answer.body(), answer.body().length, Long.MAX_VALUE);
    Outcome.of(replayed.sandbox()).assertIs(Expected.of(answer));
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("did not end properly"));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void byteByByte(Recordings.Answer answer) throws Exception {
    ReplayedE2b replayed = replayed(answer);
    replayed.replay(answer.body(), answer.body().length, 1);
    Outcome.of(replayed.sandbox()).assertIs(Expected.of(answer));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void cut(Recordings.Answer answer) throws Exception {
    byte[] stream = answer.body();
    ReplayedE2b replayed = replayed(answer);
    for (int offset : offsets(answer)) {
      CapturedLog.clear();
      replayed.replay(stream, offset, 4096);
      Expected expected = Expected.of(Frames.codecOf(answer), Arrays.copyOf(stream, offset));
      if (offset > 0 && (stream[0] & 1) != 0) {
        expected.compressed = true; // told by the first byte
      }
      try {
        Outcome.of(replayed.sandbox()).assertIs(expected);
      } catch (AssertionError e) {
        throw new AssertionError(answer + " cut at " + offset, e);
      }
    }
  }

  /** All of a short stream; of a long one what is near a border, and some others. */
  private static NavigableSet<Integer> offsets(Recordings.Answer answer) throws IOException {
    byte[] stream = answer.body();
    NavigableSet<Integer> offsets = new TreeSet<>();
    if (stream.length <= SHORT || EXHAUSTIVE) {
      for (int offset = 0; offset < stream.length; offset++) {
        offsets.add(offset);
      }
      return offsets;
    }
    NavigableSet<Integer> borders = Expected.of(answer).borders;
    int border = 0;
    for (byte[] piece : answer.pieces()) {
      border += piece.length;
      borders.add(border);
    }
    for (int near : borders) {
      for (int offset = near - NEAR; offset <= near + NEAR; offset++) {
        offsets.add(offset);
      }
    }
    new Random(SEED).ints(SAMPLES, 0, stream.length).forEach(offsets::add);
    return new TreeSet<>(offsets.subSet(0, true, stream.length, false));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRecordedRefusalIsTheRightError(Recordings.Answer answer) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    MockResponse.Builder response = new MockResponse.Builder().code(answer.status());
    if (!answer.contentType().isEmpty()) {
      response.addHeader("Content-Type", answer.contentType());
    }
    e2b.answer(response.body(new Buffer().write(answer.body())).build());
    SandboxException failure =
        catchThrowableOfType(SandboxException.class, () -> sandbox.files().read("/x"));

    JsonNode body = jsonOrNothing(answer);
    String code = body.path("code").isTextual() ? body.path("code").asText() : "";
    assertThat(failure)
        .isExactlyInstanceOf(
            isTheRequestsFault(answer)
                ? InvalidRequestException.class
                : typeOf(code, answer.status()));
    assertThat(failure.status()).hasValue(answer.status());
    assertThat(failure.code().orElse("")).isEqualTo(code);
    e2b.take();
  }

  /** What the daemon calls internal, and the system says of a path. */
  private static boolean isTheRequestsFault(Recordings.Answer answer) {
    String message = jsonOrNothing(answer).path("message").asText().strip();
    return answer.status() == 500
        && message.matches(
            "(?s).*: (not a directory|file name too long|file exists|invalid cross-device link"
                + "|operation not permitted|path is a file: .*)");
  }

  private static JsonNode jsonOrNothing(Recordings.Answer answer) {
    try {
      return answer.contentType().startsWith("application/json")
          ? Json.parse(new String(answer.body(), UTF_8).getBytes(UTF_8))
          : Json.object();
    } catch (IOException e) {
      return Json.object();
    }
  }
}
