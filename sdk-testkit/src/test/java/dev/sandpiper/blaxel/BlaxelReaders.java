package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Content;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.blaxel.account.ControlPlane;
import dev.sandpiper.blaxel.account.Credentials;
import dev.sandpiper.blaxel.account.PlainYaml;
import dev.sandpiper.blaxel.account.SandboxJson;
import dev.sandpiper.blaxel.account.Tokens;
import dev.sandpiper.blaxel.files.Descriptions;
import dev.sandpiper.blaxel.files.HexDigits;
import dev.sandpiper.blaxel.files.Uploads;
import dev.sandpiper.blaxel.process.Marks;
import dev.sandpiper.blaxel.process.OutputDirectory;
import dev.sandpiper.blaxel.process.ProcessApi;
import dev.sandpiper.blaxel.process.ProcessRecord;
import dev.sandpiper.blaxel.process.RecordLines;
import dev.sandpiper.blaxel.process.StreamMessages;
import dev.sandpiper.e2b.E2bReaders;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.CannedTransport;
import dev.sandpiper.http.Time;
import dev.sandpiper.testkit.fuzz.Pieces;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.JsonLinesReader;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SseStreamReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import okhttp3.HttpUrl;

/** What Blaxel answers, and its configuration, as fuzzers feed them. */
public final class BlaxelReaders {
  private static final HttpUrl NOWHERE = HttpUrl.get("http://localhost/");
  private static final int LONGEST = 4096;

  private BlaxelReaders() {}

  public static void record(byte[] input) {
    RecordLines lines = RecordLines.of(new String(input, UTF_8));
    Map<String, Long> marks = new HashMap<>();
    lines.marks().forEach((mark, size) -> marks.put("id." + mark, size));
    requireSane(Marks.of("id", marks));
    for (Channel channel : List.of(Channel.STDOUT, Channel.STDERR)) {
      assertThat(lines.from(channel, 0).size()).isEqualTo(lines.held(channel));
    }
  }

  /** Names of files, one a line. */
  public static void marks(byte[] input) {
    Map<String, Long> listing = new HashMap<>();
    for (String name : new String(input, UTF_8).split("\n", -1)) {
      listing.put("id." + name, (long) name.length());
    }
    requireSane(Marks.of("id", listing));
  }

  private static void requireSane(Marks marks) {
    assertThat(marks.tries()).isNotNegative();
    assertThat(marks.inputSent()).isGreaterThanOrEqualTo(marks.inputTaken());
    for (Channel channel : List.of(Channel.STDOUT, Channel.STDERR)) {
      assertThat(marks.reached(channel)).isNotNegative();
    }
  }

  public static void files(byte[] input) {
    OutputDirectory files = new OutputDirectory(new CannedTransport(input), NOWHERE, "/d");
    CallScope soon = CallScope.open().within(Duration.ofMillis(20)); // what says 422 is asked again
    files.list(soon).forEach((name, size) -> assertThat(size).isNotNegative());
  }

  public static void part(byte[] input) {
    OutputDirectory files = new OutputDirectory(new CannedTransport(input), NOWHERE, "/d");
    if (files.read("x", Channel.STDOUT, 0, 100, CallScope.open())
        instanceof OutputDirectory.Part.Bytes part) {
      assertThat(part.output().size()).isBetween(1, 100);
    }
  }

  public static void jsonStream(byte[] input) {
    Pieces.tellTheSame(
        input,
        (source, told) -> {
          StreamMessages messages = messages(told::accept);
          JsonLinesReader lines = new JsonLinesReader(source, LONGEST);
          for (byte[] line; messages.result() == null && (line = lines.nextLine()) != null; ) {
            try {
              messages.line(line);
            } catch (SandboxException e) {
              told.accept(e.toString());
            }
          }
        });
  }

  public static void eventStream(byte[] input) {
    Pieces.tellTheSame(
        input,
        (source, told) -> {
          StreamMessages messages = messages(told::accept);
          try {
            new SseStreamReader(source, LONGEST).read(messages::event);
          } catch (SandboxException e) {
            told.accept(e.toString());
          }
        });
  }

  private static StreamMessages messages(Consumer<ProcessEvent> events) {
    return new StreamMessages("x", events);
  }

  public static Class<? extends Exception> refusal() {
    return PlainYaml.Malformed.class;
  }

  public static void configuration(byte[] input) throws PlainYaml.Malformed {
    PlainYaml.parse(new String(input, ISO_8859_1));
  }

  public static void descriptions(byte[] input) throws MalformedStreamException {
    StringBuilder digits = new StringBuilder();
    for (byte one : input) {
      digits.append(String.format(Locale.ROOT, " %02x", one));
    }
    Descriptions.parse(digits.toString().getBytes(UTF_8))
        .entries()
        .forEach(E2bReaders::requirePlain);
  }

  public static void digits(byte[] input) throws MalformedStreamException {
    assertThat(HexDigits.decode(input).remaining()).isLessThanOrEqualTo(input.length / 2);
  }

  public static void process(byte[] input) throws MalformedStreamException {
    ProcessRecord details = ProcessRecord.of(Json.parse(input));
    details.status();
    details.startedAt();
    details.completedAt();
    details.maxRestarts();
  }

  public static void processes(byte[] input) {
    ProcessApi api = new ProcessApi(new CannedTransport(input), NOWHERE, CallScope.open());
    switch (input.length % 3) {
      case 0 -> api.running("x");
      case 1 -> api.find("look", "x");
      default -> api.upgrades("x");
    }
  }

  public static void controlPlane(byte[] input) {
    ControlPlane api = new ControlPlane(new CannedTransport(input), NOWHERE);
    switch (input.length % 4) {
      case 0 ->
          api.list(SandboxFilter.all()).stream()
              .limit(100)
              .forEach(info -> assertThat(info.id()).isNotEmpty());
      case 1 -> api.withExternalId("x").forEach(found -> SandboxJson.hasNonce(found, "sp-1"));
      case 2 -> api.info("x");
      default -> new RecordUpdate(api, "x", Time.system()).expireIn(Duration.ofMinutes(5));
    }
  }

  public static void token(byte[] input) {
    new Tokens(
        new CannedTransport(input),
        NOWHERE,
        new Credentials.Login(new String(input, UTF_8), null, null),
        Time.system());
  }

  public static void upload(byte[] input) {
    byte[] large = new byte[Uploads.PIECE];
    new Uploads(new CannedTransport(input), NOWHERE, CallScope.open())
        .write(
            "/x",
            Content.of(large),
            new UploadProgress(progress -> {}, OptionalLong.of(large.length)));
  }
}
