package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.connect.ConnectPeer;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.process.ProcessRpc;
import dev.sandpiper.e2b.process.ProcessSearch;
import dev.sandpiper.e2b.process.ScriptRunner;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Time;
import java.time.Duration;
import mockwebserver3.MockResponse;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(20)
class ProcessTreeTest {
  private static final String UNARY = "Content-Type: application/proto";
  private static final String STREAM = "Content-Type: application/connect+proto";

  @RegisterExtension final ConnectPeer peer = new ConnectPeer();

  /** No limit on silence would ever end it, and closing a process is bounded in time. */
  @Test
  void killThatTalksForEverIsGivenUpForAnother() throws Exception {
    MockResponse ours = Frames.list(Frames.running(7, "sp-1"));
    peer.answer(ours);
    String talk = ByteString.of(Frames.stdout("still at it")).hex();
    peer.answer(peer.steady(STREAM, talk, talk, Duration.ofMillis(20)));
    peer.answer(peer.steady(STREAM, talk, talk, Duration.ofMillis(20)));
    peer.answer(ours);
    peer.answer(200, "", UNARY);

    ProcessRpc rpc = new ProcessRpc(peer.client(Codec.BINARY), EnvdVersion.parse("0.6.13"));
    ProcessTrees trees =
        new ProcessTrees(new ScriptRunner(rpc), new ProcessSearch(rpc, "isb1"), Time.system());
    ProcessRef ref = ProcessRef.parse("e2b:isb1/7/sp-1");
    assertThatThrownBy(() -> trees.stop(ref, Duration.ofMillis(1), () -> {}, CallScope.open()))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("is unknown");

    assertThat(peer.take().getTarget()).endsWith("/List");
    assertThat(peer.take().getTarget()).endsWith("/Start");
    assertThat(peer.take().getTarget()).endsWith("/Start");
    assertThat(peer.take().getTarget()).endsWith("/List");
    SendSignalRequest kill =
        SendSignalRequest.parseFrom(ScriptedE2b.body(peer.take()).toByteArray());
    assertThat(kill.getProcess().getPid()).isEqualTo(7);
  }
}
