package dev.sandpiper.testkit.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.e2b.proto.ProcessProto.Signal;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import org.junit.jupiter.api.Test;

class ProtoJsonTest {
  private static Message read(String json, Message prototype) throws Exception {
    return ProtoJsonReader.read(json.getBytes(UTF_8), prototype);
  }

  private static String write(Message message) {
    return new String(ProtoJsonWriter.write(message), UTF_8);
  }

  @Test
  void defaultsAreLeftOutAndSetOptionalsAreNot() {
    assertThat(write(StartRequest.getDefaultInstance())).isEqualTo("{}");
    assertThat(write(StartRequest.newBuilder().setStdin(false).setTag("").build()))
        .isEqualTo("{\"tag\":\"\",\"stdin\":false}");
  }

  @Test
  void longsAreStringsEnumsNamesAndTimesText() throws Exception {
    EntryInfo entry =
        EntryInfo.newBuilder()
            .setType(FileType.FILE_TYPE_FILE)
            .setSize(5_000_000_000L)
            .setModifiedTime(Timestamp.newBuilder().setSeconds(1700000000).setNanos(123456001))
            .putMetadata("b", "2")
            .putMetadata("a", "1")
            .build();
    String json =
        "{\"type\":\"FILE_TYPE_FILE\",\"size\":\"5000000000\","
            + "\"modifiedTime\":\"2023-11-14T22:13:20.123456001Z\","
            + "\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}";
    assertThat(write(entry)).isEqualTo(json);
    assertThat(read(json, EntryInfo.getDefaultInstance())).isEqualTo(entry);
  }

  @Test
  void bothSpellingsOfNamesAndBothAlphabetsAreRead() throws Exception {
    assertThat(read("{\"modified_time\":\"1970-01-01T00:00:01Z\"}", EntryInfo.getDefaultInstance()))
        .isEqualTo(
            EntryInfo.newBuilder().setModifiedTime(Timestamp.newBuilder().setSeconds(1)).build());
    for (String text : new String[] {"AP/+", "AP_-", "AP/+"}) {
      SendInputRequest request =
          (SendInputRequest)
              read(
                  "{\"input\":{\"stdin\":\"" + text + "\"}}",
                  SendInputRequest.getDefaultInstance());
      assertThat(request.getInput().getStdin())
          .isEqualTo(ByteString.copyFrom(new byte[] {0, -1, -2}));
    }
  }

  @Test
  void nullIsUnsetAndTheUnknownIsSkipped() throws Exception {
    String json = "{\"cmd\":null,\"color\":{\"deep\":[1]},\"args\":[\"a\"],\"cwd\":\"\"}";
    assertThat(read(json, ProcessConfig.getDefaultInstance()))
        .isEqualTo(ProcessConfig.newBuilder().addArgs("a").setCwd("").build());
  }

  @Test
  void enumsAreReadByNameOrNumberAndUnknownNamesSkipped() throws Exception {
    SendSignalRequest kill =
        SendSignalRequest.newBuilder().setSignal(Signal.SIGNAL_SIGKILL).build();
    assertThat(read("{\"signal\":\"SIGNAL_SIGKILL\"}", kill.getDefaultInstanceForType()))
        .isEqualTo(kill);
    assertThat(read("{\"signal\":9}", kill.getDefaultInstanceForType())).isEqualTo(kill);
    assertThat(read("{\"signal\":\"SIGNAL_SIGINT\"}", kill.getDefaultInstanceForType()))
        .isEqualTo(SendSignalRequest.getDefaultInstance());
    SendSignalRequest two =
        (SendSignalRequest) read("{\"signal\":2}", kill.getDefaultInstanceForType());
    assertThat(two.getSignalValue()).isEqualTo(2);
  }

  @Test
  void complaintsNameThePlace() {
    assertThatThrownBy(() -> read("{\"cmd\":5}", ProcessConfig.getDefaultInstance()))
        .hasMessage("(line 1:8): invalid value for string field cmd: 5");
    assertThatThrownBy(() -> read("{\"cmd\":", ProcessConfig.getDefaultInstance()))
        .hasMessage("unexpected EOF");
  }
}
