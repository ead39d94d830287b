package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.sandpiper.e2b.proto.FilesystemProto.CreateWatcherResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ListRequest;
import dev.sandpiper.e2b.proto.ProcessProto.PTY;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent.OutputCase;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EventCase;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInput;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.e2b.proto.ProcessProto.Signal;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.e2b.proto.ProcessProto.UpdateRequest;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
  private static final ProcessSelector PID_42 = ProcessSelector.newBuilder().setPid(42).build();

  private static String json(Message message) {
    return new String(Codec.JSON.encode(message), UTF_8);
  }

  private static <M extends Message> M read(String json, M kind) throws MalformedStreamException {
    return Codec.JSON.decode(json.getBytes(UTF_8), kind);
  }

  private static EntryInfo entry(String json) throws MalformedStreamException {
    return read(json, EntryInfo.getDefaultInstance());
  }

  private static ProcessEvent event(String json) throws MalformedStreamException {
    return read(json, StartResponse.getDefaultInstance()).getEvent();
  }

  private static ByteString stdout(String base64) throws MalformedStreamException {
    return event("{\"event\":{\"data\":{\"stdout\":\"" + base64 + "\"}}}").getData().getStdout();
  }

  @Test
  void contentTypesAreTheProtocols() {
    assertThat(Codec.BINARY.unaryType()).isEqualTo("application/proto");
    assertThat(Codec.BINARY.streamType()).isEqualTo("application/connect+proto");
    assertThat(Codec.JSON.unaryType()).isEqualTo("application/json");
    assertThat(Codec.JSON.streamType()).isEqualTo("application/connect+json");
  }

  @Test
  void requestsAreTheDocumentedText() {
    PTY.Builder pty = PTY.newBuilder().setSize(PTY.Size.newBuilder().setCols(80).setRows(24));
    StartRequest start =
        StartRequest.newBuilder()
            .setProcess(
                ProcessConfig.newBuilder()
                    .setCmd("/bin/bash")
                    .addAllArgs(List.of("-l", "-c", "echo hi")))
            .setStdin(false)
            .build();
    assertThat(json(start))
        .isEqualTo(
            "{\"process\":{\"cmd\":\"/bin/bash\",\"args\":[\"-l\",\"-c\",\"echo hi\"]},\"stdin\":false}")
        .hasSize(74);
    assertThat(
            json(
                StartRequest.newBuilder()
                    .setProcess(
                        ProcessConfig.newBuilder()
                            .setCmd("/bin/bash")
                            .addAllArgs(List.of("-i", "-l"))
                            .putEnvs("TERM", "xterm-256color")
                            .putEnvs("LANG", "C.UTF-8"))
                    .setPty(pty)
                    .build()))
        .isEqualTo(
            "{\"process\":{\"cmd\":\"/bin/bash\",\"args\":[\"-i\",\"-l\"],\"envs\":{\"TERM\":\"xterm-256color\","
                + "\"LANG\":\"C.UTF-8\"}},\"pty\":{\"size\":{\"cols\":80,\"rows\":24}}}");
    assertThat(json(UpdateRequest.newBuilder().setProcess(PID_42).setPty(pty).build()))
        .isEqualTo("{\"process\":{\"pid\":42},\"pty\":{\"size\":{\"cols\":80,\"rows\":24}}}");
    assertThat(
            json(
                SendInputRequest.newBuilder()
                    .setProcess(PID_42)
                    .setInput(ProcessInput.newBuilder().setStdin(ByteString.copyFromUtf8("hi\n")))
                    .build()))
        .isEqualTo("{\"process\":{\"pid\":42},\"input\":{\"stdin\":\"aGkK\"}}");
    assertThat(
            json(
                SendSignalRequest.newBuilder()
                    .setProcess(PID_42)
                    .setSignal(Signal.SIGNAL_SIGKILL)
                    .build()))
        .isEqualTo("{\"process\":{\"pid\":42},\"signal\":\"SIGNAL_SIGKILL\"}");
    assertThat(json(ListRequest.getDefaultInstance())).isEqualTo("{}");
    assertThat(json(ListDirRequest.newBuilder().setPath("/home/user").setDepth(1).build()))
        .isEqualTo("{\"path\":\"/home/user\",\"depth\":1}");
    assertThat(json(MoveRequest.newBuilder().setSource("a").setDestination("b").build()))
        .isEqualTo("{\"source\":\"a\",\"destination\":\"b\"}");
    assertThat(json(WatchDirRequest.newBuilder().setPath("/x").setRecursive(true).build()))
        .isEqualTo("{\"path\":\"/x\",\"recursive\":true}");
  }

  @Test
  void anEntryIsWrittenAsTheDaemonWritesIt() throws Exception {
    EntryInfo entry =
        EntryInfo.newBuilder()
            .setName("ä\"\n")
            .setType(FileType.FILE_TYPE_SYMLINK)
            .setSize(Long.MAX_VALUE)
            .setMode(-1)
            .setModifiedTime(Timestamp.newBuilder().setSeconds(1_000_000_000).setNanos(120_000_000))
            .setSymlinkTarget("")
            .putMetadata("k", "")
            .build();
    String json =
        "{\"name\":\"ä\\\"\\n\",\"type\":\"FILE_TYPE_SYMLINK\",\"size\":\"9223372036854775807\","
            + "\"mode\":4294967295,\"modifiedTime\":\"2001-09-09T01:46:40.120Z\","
            + "\"symlinkTarget\":\"\",\"metadata\":{\"k\":\"\"}}";
    assertThat(json(entry)).isEqualTo(json);
    assertThat(entry(json)).isEqualTo(entry);
  }

  @Test
  void whatIsSetToItsDefaultIsWrittenOnlyWhereThatSaysSomething() {
    assertThat(json(EntryInfo.newBuilder().setName("").setSize(0).setMode(0).build()))
        .isEqualTo("{}");
    assertThat(json(ProcessInfo.newBuilder().setTag("").build())).isEqualTo("{\"tag\":\"\"}");
    assertThat(json(ProcessSelector.newBuilder().setPid(0).build())).isEqualTo("{\"pid\":0}");
    assertThat(json(DataEvent.newBuilder().setStderr(ByteString.EMPTY).build()))
        .isEqualTo("{\"stderr\":\"\"}");
  }

  @Test
  void halfASurrogatePairBecomesWhatItBecomesInBinary() throws Exception {
    StartRequest odd =
        StartRequest.newBuilder()
            .setProcess(ProcessConfig.newBuilder().setCmd("a\ud800").putEnvs("\udc00b", "\ud83d"))
            .build();
    assertThat(read(json(odd), StartRequest.getDefaultInstance()))
        .isEqualTo(StartRequest.parseFrom(odd.toByteArray()));
  }

  @Test
  void anEndWithoutItsDefaultsIsAnEnd() throws Exception {
    EndEvent end =
        event("{\"event\":{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}}").getEnd();
    assertThat(end)
        .isEqualTo(EndEvent.newBuilder().setExited(true).setStatus("exit status 0").build());
    assertThat(event("{\"event\":{\"end\":{\"exitCode\":-1,\"error\":\"\"}}}").getEnd())
        .isEqualTo(EndEvent.newBuilder().setExitCode(-1).setError("").build());
  }

  @ParameterizedTest
  @CsvSource({"+/+/,fbffbf", "-_-_,fbffbf", "aQ==,69", "aQ,69", "aWk=,6969", "aWk,6969", "'',''"})
  void base64IsReadInBothAlphabetsWithAndWithoutPadding(String base64, String hex)
      throws Exception {
    assertThat(okio.ByteString.of(stdout(base64).toByteArray()).hex()).isEqualTo(hex);
  }

  @ParameterizedTest
  @ValueSource(strings = {"!", "a", "aQ=", "aQ===", "+-", "a b=", "aGkK\\n", "é===", "aQ==aQ=="})
  void whatIsNoBase64IsMalformed(String base64) {
    assertThatThrownBy(() -> stdout(base64))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessage("malformed JSON field stdout: expected base64");
  }

  @Test
  void namesAreReadInBothSpellings() throws Exception {
    assertThat(entry("{\"modified_time\":\"1970-01-01T00:00:01Z\"}"))
        .isEqualTo(entry("{\"modifiedTime\":\"1970-01-01T00:00:01Z\"}"));
    assertThat(
            read("{\"watcher_id\":\"w\"}", CreateWatcherResponse.getDefaultInstance())
                .getWatcherId())
        .isEqualTo("w");
  }

  @Test
  void whatIsUnknownIsIgnored() throws Exception {
    assertThat(
            entry(
                "{\"news\":{\"deep\":[{}]},\"name\":\"a\",\"Name\":1,\"type\":\"FILE_TYPE_FIFO\"}"))
        .isEqualTo(EntryInfo.newBuilder().setName("a").build());
    assertThat(event("{\"event\":{\"checkpoint\":{}}}").getEventCase())
        .isEqualTo(EventCase.EVENT_NOT_SET);
    assertThat(event("{}").getEventCase()).isEqualTo(EventCase.EVENT_NOT_SET);
  }

  @Test
  void anEnumIsReadByNameAndByNumber() throws Exception {
    assertThat(entry("{\"type\":\"FILE_TYPE_DIRECTORY\"}").getType())
        .isEqualTo(FileType.FILE_TYPE_DIRECTORY);
    assertThat(entry("{\"type\":2}").getType()).isEqualTo(FileType.FILE_TYPE_DIRECTORY);
    assertThat(entry("{\"type\":77}").getTypeValue()).isEqualTo(77);
    assertThat(json(EntryInfo.newBuilder().setTypeValue(77).build())).isEqualTo("{\"type\":77}");
  }

  @Test
  void nullIsNotSet() throws Exception {
    assertThat(
            entry(
                "{\"name\":null,\"type\":null,\"size\":null,\"modifiedTime\":null,"
                    + "\"symlinkTarget\":null,\"metadata\":null}"))
        .isEqualTo(EntryInfo.getDefaultInstance());
    assertThat(read("{\"entries\":null}", ListDirResponse.getDefaultInstance()).getEntriesCount())
        .isZero();
    assertThat(
            event("{\"event\":{\"data\":{\"stdout\":null,\"stderr\":\"\"}}}")
                .getData()
                .getOutputCase())
        .isEqualTo(OutputCase.STDERR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "\"7\"", "7.0", "7e0", "0.7E1"})
  void aNumberIsReadHoweverItIsWritten(String seven) throws Exception {
    assertThat(entry("{\"size\":" + seven + "}").getSize()).isEqualTo(7);
    assertThat(entry("{\"mode\":" + seven + "}").getMode()).isEqualTo(7);
    assertThat(event("{\"event\":{\"end\":{\"exitCode\":" + seven + "}}}").getEnd().getExitCode())
        .isEqualTo(7);
  }

  @Test
  void numbersGoToTheirLimits() throws Exception {
    assertThat(entry("{\"size\":\"-9223372036854775808\"}").getSize()).isEqualTo(Long.MIN_VALUE);
    assertThat(entry("{\"size\":9223372036854775807}").getSize()).isEqualTo(Long.MAX_VALUE);
    assertThat(entry("{\"mode\":4294967295}").getMode()).isEqualTo(-1);
    assertThat(event("{\"event\":{\"end\":{\"exitCode\":-2147483648}}}").getEnd().getExitCode())
        .isEqualTo(Integer.MIN_VALUE);
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z,1970-01-01T00:00:00Z",
    "2026-11-20T17:36:47.123456789Z,2026-11-20T17:36:47.123456789Z",
    "2026-11-20T18:36:47.5+01:00,2026-11-20T17:36:47.500Z",
    "2026-11-20t17:36:47z,2026-11-20T17:36:47Z",
    "0001-01-01T00:00:00Z,0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z,9999-12-31T23:59:59.999999999Z"
  })
  void timesAreReadWithTheirZones(String text, Instant expected) throws Exception {
    Timestamp time = entry("{\"modifiedTime\":\"" + text + "\"}").getModifiedTime();
    assertThat(Instant.ofEpochSecond(time.getSeconds(), time.getNanos())).isEqualTo(expected);
  }

  /** Documents that are no {@code ListDirResponse}. */
  static List<String> hostile() {
    return List.of(
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{",
        "{}{}",
        "{}x",
        "{\"entries\":}",
        "{\"entries\":{}}",
        "{\"entries\":\"\"}",
        "{\"entries\":[null]}",
        "{\"entries\":[[]]}",
        "{\"entries\":[7]}",
        "[".repeat(100_000),
        "{\"news\":" + "[".repeat(100) + "]".repeat(100) + "}",
        "{\"news\":" + "9".repeat(2_000) + "}",
        ofEntry("\"name\":7"),
        ofEntry("\"name\":true"),
        ofEntry("\"name\":{}"),
        ofEntry("\"name\":\"\\ud800\""),
        ofEntry("\"name\":\"\\udc00\\ud800\""),
        ofEntry("\"metadata\":{\"\\ud800\":\"\"}"),
        ofEntry("\"metadata\":[]"),
        ofEntry("\"metadata\":\"\""),
        ofEntry("\"metadata\":{\"a\":7}"),
        ofEntry("\"metadata\":{\"a\":null}"),
        ofEntry("\"type\":{}"),
        ofEntry("\"type\":true"),
        ofEntry("\"type\":1.5"),
        ofEntry("\"type\":2147483648"),
        ofEntry("\"size\":\"\""),
        ofEntry("\"size\":\" 7\""),
        ofEntry("\"size\":\"+7\""),
        ofEntry("\"size\":\"0x7\""),
        ofEntry("\"size\":\"٧\""),
        ofEntry("\"size\":true"),
        ofEntry("\"size\":[7]"),
        ofEntry("\"size\":1.5"),
        ofEntry("\"size\":1e999999999"),
        ofEntry("\"size\":\"1e999999999\""),
        ofEntry("\"size\":9223372036854775808"),
        ofEntry("\"size\":\"-9223372036854775809\""),
        ofEntry("\"size\":1e19"),
        ofEntry("\"size\":" + "9".repeat(900)),
        ofEntry("\"size\":NaN"),
        ofEntry("\"mode\":-1"),
        ofEntry("\"mode\":4294967296"),
        ofEntry("\"modifiedTime\":7"),
        ofEntry("\"modifiedTime\":{\"seconds\":1}"),
        ofEntry("\"modifiedTime\":\"\""),
        ofEntry("\"modifiedTime\":\"yesterday\""),
        ofEntry("\"modifiedTime\":\"2026-11-20\""),
        ofEntry("\"modifiedTime\":\"2026-11-20T17:36:47\""),
        ofEntry("\"modifiedTime\":\"2026-02-30T17:36:47Z\""),
        ofEntry("\"modifiedTime\":\"2026-11-20T24:00:00Z\""),
        ofEntry("\"modifiedTime\":\"0000-12-31T23:59:59Z\""),
        ofEntry("\"modifiedTime\":\"+10000-01-01T00:00:00Z\""),
        ofEntry("\"modifiedTime\":\"+999999999-12-31T23:59:59Z\""),
        ofEntry("\"modifiedTime\":\"" + "9".repeat(100_000) + "\""),
        ofEntry(
            "\"modifiedTime\":\"1970-01-01T00:00:00Z\",\"modified_time\":\"1970-01-01T00:00:00Z\""));
  }

  private static String ofEntry(String field) {
    return "{\"entries\":[{" + field + "}]}";
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void whatDoesNotFitIsMalformedAndNotRepeated(String json) {
    assertThatThrownBy(() -> read(json, ListDirResponse.getDefaultInstance()))
        .isInstanceOf(MalformedStreamException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(100));
  }

  @Test
  void bytesThatAreNoUtf8AreMalformed() {
    byte[] json = "{\"path\":\"a\"}".getBytes(UTF_8);
    json[9] = (byte) 0xff;
    assertThatThrownBy(() -> Codec.JSON.decode(json, ListDirRequest.getDefaultInstance()))
        .isInstanceOf(MalformedStreamException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"event\":{\"start\":{},\"end\":{}}}",
        "{\"event\":{\"data\":{\"stdout\":\"aQ==\",\"stderr\":\"aQ==\"}}}",
        "{\"event\":{\"data\":{\"stdout\":\"\",\"stderr\":\"\"}}}",
        "{\"event\":{\"data\":{\"stdout\":[105]}}}",
        "{\"event\":{\"data\":[]}}",
        "{\"event\":{\"end\":{\"exited\":\"true\"}}}",
        "{\"event\":{\"end\":{\"exited\":1}}}",
        "{\"event\":{\"end\":{\"exitCode\":2147483648}}}",
        "{\"event\":{\"end\":{\"status\":0}}}"
      })
  void anEventThatContradictsItselfIsMalformed(String json) {
    assertThatThrownBy(() -> event(json)).isInstanceOf(MalformedStreamException.class);
  }

  static List<Codec> codecs() {
    return List.of(Codec.BINARY, Codec.JSON);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void randomMessagesSurvive(Codec codec) throws Exception {
    RandomMessages random = new RandomMessages(20_261_120);
    for (int i = 0; i < 3_000; i++) {
      Message message = random.next();
      Message kind = message.getDefaultInstanceForType();
      Message fromBinary = Codec.BINARY.decode(message.toByteArray(), kind);
      Message again = codec.decode(codec.encode(fromBinary), kind);
      assertThat(again).isEqualTo(message);
      assertThat(Codec.BINARY.encode(again)).isEqualTo(message.toByteArray());
    }
  }
}
