package dev.sandpiper.e2b.process;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.connect.ConnectPeer;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.http.CallScope;
import java.io.IOException;
import java.time.Duration;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whose end is believed, of a process that runs no more. */
@Timeout(20)
class ReattachmentTest {
  private static final ProcessRef REF = ProcessRef.parse("e2b:isb1/7/sp-1");

  @RegisterExtension final ConnectPeer peer = new ConnectPeer();

  private ProcessConnection replace(Duration heardAgo) {
    ProcessRpc rpc = new ProcessRpc(peer.client(Codec.BINARY), EnvdVersion.parse("0.6.13"));
    Reattachment reattachment =
        new Reattachment(
            new ProcessSearch(rpc, "isb1"), scope -> "not asked", Duration.ofSeconds(2));
    return reattachment.replace(
        REF,
        "make",
        new IOException("cut"),
        System.nanoTime() - heardAgo.toNanos(),
        reattachment.attempts(CallScope.open()));
  }

  private void runsNoMoreAndItsTagIsUnknown() {
    peer.answer(Frames.list());
    peer.answer(Frames.stream(Frames.error("not_found", "no tag")));
  }

  private ConnectRequest takeConnect() throws Exception {
    ByteString body = requireNonNull(peer.take().getBody());
    return ConnectRequest.parseFrom(body.substring(5).toByteArray());
  }

  @Test
  void itsNumberIsAskedWhileItCannotBeAnothers() throws Exception {
    runsNoMoreAndItsTagIsUnknown();
    peer.answer(Frames.stream(Frames.start(7), Frames.exited(5), Frames.goodbye()));
    ProcessConnection connection = replace(Duration.ofSeconds(25));
    assertThat(connection.pid()).isEqualTo(7);
    connection.events().close();
    peer.take();
    assertThat(takeConnect().getProcess().getTag()).isEqualTo("sp-1");
    assertThat(takeConnect().getProcess().getPid()).isEqualTo(7);
  }

  @Test
  void afterHalfAMinuteOfSilenceItsNumberIsAskedNoMore() throws Exception {
    runsNoMoreAndItsTagIsUnknown();
    assertThatThrownBy(() -> replace(Duration.ofSeconds(31)))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("its exit status is no longer available");
    assertThat(peer.requests()).isEqualTo(2);
  }
}
