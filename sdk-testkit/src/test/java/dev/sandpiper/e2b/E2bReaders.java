package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.sandpiper.FileInfo;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.connect.ConnectClient;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.files.EntryReader;
import dev.sandpiper.e2b.files.FilesystemRpc;
import dev.sandpiper.e2b.process.StartMessages;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.ListDirResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ListResponse;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.CannedTransport;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Duration;
import java.util.List;
import okhttp3.HttpUrl;

/** What E2B answers, as fuzzers feed it. */
public final class E2bReaders {
  private static final HttpUrl NOWHERE = HttpUrl.get("http://localhost/");
  private static final int LONGEST = 1 << 20;
  private static final List<Message> KINDS =
      List.of(
          StartResponse.getDefaultInstance(),
          ListDirResponse.getDefaultInstance(),
          ListResponse.getDefaultInstance(),
          WatchDirResponse.getDefaultInstance());

  private E2bReaders() {}

  public static void binaryMessage(byte[] input) throws MalformedStreamException {
    message(input, Codec.BINARY);
  }

  public static void jsonMessage(byte[] input) throws MalformedStreamException {
    message(input, Codec.JSON);
  }

  /** One that is of any kind is read as that, by all that reads such messages. */
  private static void message(byte[] input, Codec codec) throws MalformedStreamException {
    MalformedStreamException last = null;
    for (Message kind : KINDS) {
      try {
        map(codec.decode(input, kind));
      } catch (MalformedStreamException e) {
        last = e;
      }
    }
    if (last != null) {
      throw last;
    }
  }

  private static void map(Message message) throws MalformedStreamException {
    if (message instanceof StartResponse start) {
      requireSameInJson(start.getEvent());
    } else if (message instanceof ListDirResponse list) {
      for (EntryInfo entry : list.getEntriesList()) {
        requireEntry(entry);
      }
    } else if (message instanceof ListResponse list) {
      list.getProcessesList().forEach(process -> StartMessages.commandOf(process.getConfig()));
      requireSameInJson(list);
    } else if (message instanceof WatchDirResponse watch && watch.hasFilesystem()) {
      requireEntry(watch.getFilesystem().getEntry());
    }
  }

  private static void requireSameInJson(Message message) throws MalformedStreamException {
    byte[] json = Codec.JSON.encode(message);
    assertThat(Codec.JSON.encode(Codec.JSON.decode(json, message))).isEqualTo(json);
  }

  private static void requireEntry(EntryInfo entry) throws MalformedStreamException {
    requirePlain(EntryReader.read(entry));
  }

  /** Callers join names to directories of theirs. */
  public static void requirePlain(FileInfo info) {
    assertThat(info.size()).isNotNegative();
    assertThat(info.name()).isNotEmpty().isNotIn(".", "..").doesNotContain("\0");
    if (!info.name().equals("/")) {
      assertThat(info.name()).doesNotContain("/");
    }
  }

  public static void version(byte[] input) {
    EnvdVersion version = EnvdVersion.parse(new String(input, UTF_8));
    assertThat(EnvdVersion.parse(version.toString())).isEqualTo(version);
  }

  public static void controlPlane(byte[] input) {
    ControlPlane api = new ControlPlane(new CannedTransport(input), NOWHERE);
    SandboxLists lists = new SandboxLists(api.api());
    switch (input.length % 6) {
      case 0 ->
          lists.of(E2bSandboxFilter.of(SandboxFilter.all())).stream()
              .limit(100)
              .forEach(info -> assertThat(info).isNotNull());
      case 1 -> assertThat(lists.withNonce("sp-1")).doesNotContain("");
      case 4 ->
          lists.snapshots(null).stream()
              .limit(100)
              .forEach(snapshot -> assertThat(snapshot).isNotNull());
      case 5 -> new SandboxCalls(api, "x").details().volumes();
      case 2 -> api.info("x");
      default -> api.connect("x", Duration.ofMinutes(5));
    }
  }

  public static void dataPlane(byte[] input) {
    HttpTransport canned = new CannedTransport(input);
    Codec codec = input.length % 2 == 0 ? Codec.JSON : Codec.BINARY;
    ConnectClient client =
        new ConnectClient(canned, NOWHERE, codec, Codec.JSON, LONGEST, CallScope.open());
    FilesystemRpc rpc = new FilesystemRpc(client, EnvdVersion.NEWEST);
    rpc.list("/x", 1).forEach(E2bReaders::requirePlain);
  }
}
