package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.testkit.fuzz.Pieces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import okio.ByteString;

/** The formats of streams, as fuzzers feed them. */
public final class WireReaders {
  private static final int LONGEST = 4096;

  private WireReaders() {}

  public static void connect(byte[] input) {
    Pieces.tellTheSame(
        input,
        (source, told) -> {
          ConnectStreamReader reader = new ConnectStreamReader(source, LONGEST);
          for (byte[] message; (message = reader.nextMessage()) != null; ) {
            told.accept(ByteString.of(message));
          }
          told.accept(String.valueOf(reader.end()));
          reader.expectNothingMore();
        });
  }

  public static void jsonLines(byte[] input) {
    Pieces.tellTheSame(
        input,
        (source, told) -> {
          JsonLinesReader reader = new JsonLinesReader(source, LONGEST);
          for (byte[] line; (line = reader.nextLine()) != null; ) {
            assertThat(line.length).isBetween(1, LONGEST);
            told.accept(ByteString.of(line));
          }
        });
  }

  public static void serverSentEvents(byte[] input) {
    Pieces.tellTheSame(
        input,
        (source, told) ->
            new SseStreamReader(source, LONGEST).read((type, data) -> told.accept(type + data)));
  }

  public static void json(byte[] input) throws IOException {
    Json.objects(new ByteArrayInputStream(input), Set.of("skipped"), 100, json -> {});
  }

  public static void document(byte[] input) throws IOException {
    JsonNode json = Json.parse(input);
    Json.texts(json);
    Json.text(json, "text");
    Json.instant(json, "time");
    byte[] written = Json.write(json);
    assertThat(Json.write(Json.parse(written))).isEqualTo(written);
  }

  public static void connectError(byte[] input) {
    int status = 400 + (input.length > 0 ? input[0] & 0xff : 0);
    ConnectError.ofResponse(status, "application/json", input);
    ConnectError.ofResponse(status, "text/plain", input);
    ConnectError.ofHead("application/proto", new String(input, UTF_8), null);
  }

  /** The text of a channel is the same however its bytes come. */
  public static void text(byte[] input) {
    ChannelDecoder decoder = new ChannelDecoder(Channel.STDOUT);
    StringBuilder text = new StringBuilder();
    List<Output> outputs = new ArrayList<>();
    for (int from = 0; from < input.length; ) {
      int to = Math.min(input.length, from + 1 + (input[from] & 7));
      outputs.add(Output.of(Channel.STDOUT, Arrays.copyOfRange(input, from, to)));
      from = to;
    }
    outputs.forEach(output -> text.append(decoder.next(output).text()));
    decoder.finish().ifPresent(last -> text.append(last.text()));
    assertThat(text.toString()).isEqualTo(new String(input, UTF_8));
  }
}
