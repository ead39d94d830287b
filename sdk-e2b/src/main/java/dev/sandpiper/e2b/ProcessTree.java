package dev.sandpiper.e2b;

import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops processes with their children by running {@code kill} as a second process in the sandbox:
 * E2B's own call reaches only the direct process, and loses its last words.
 */
final class ProcessTree {
  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
  private static final Optional<String> ROOT = Optional.of("root");
  private static final long STEP_MILLIS = 50;

  /** For what the script does besides waiting. */
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private final ProcessRpc rpc;
  private final ProcessSearch search;

  ProcessTree(ProcessRpc rpc, ProcessSearch search) {
    this.rpc = rpc;
    this.search = search;
  }

  /**
   * TERM to all of it, and KILL after {@code grace}. Nothing if the process is not ours any more.
   */
  void stop(ProcessRef ref, Duration grace) {
    if (search.byNonce(ref.nonce()).isEmpty()) {
      return;
    }
    try {
      runScript(ref, grace);
    } catch (NotFoundException e) {
      throw e;
    } catch (SandboxException e) {
      log.warn(
          "no kill could be run for {}, its direct process is killed instead: {}",
          ref,
          e.getMessage());
      release(ref);
    }
  }

  private void runScript(ProcessRef ref, Duration grace) {
    String patience = Long.toString(Math.max(1, grace.toMillis() / STEP_MILLIS));
    StartRequest script =
        StartRequest.newBuilder()
            .setProcess(
                ProcessConfig.newBuilder()
                    .setCmd("/bin/sh")
                    .addAllArgs(List.of("-c", Scripts.STOP_TREE, "sh", ref.processId(), patience)))
            .setStdin(false)
            .build();
    Duration lifetime = grace.plus(MARGIN);
    try (ConnectStream<ProcessEvent> stream =
        rpc.startShort("kill of " + ref.processId(), script, ROOT, lifetime)) {
      requireSuccess(ref, stream);
    } catch (IOException e) {
      throw new PlatformException(failure(ref, "the kill was cut off"), e);
    }
  }

  private static void requireSuccess(ProcessRef ref, ConnectStream<ProcessEvent> stream)
      throws IOException {
    ProcessEvent message;
    while ((message = stream.next()) != null) {
      if (message.getEventCase() == ProcessEvent.EventCase.END) {
        if (!ExitReader.read(message.getEnd()).isSuccess()) {
          throw new PlatformException(failure(ref, "something of it is still alive"));
        }
        return;
      }
    }
    throw new PlatformException(failure(ref, "the kill has no end"));
  }

  /** Kills the direct process by E2B's own call, which also ends its stream. */
  void release(ProcessRef ref) {
    if (search.byNonce(ref.nonce()).isPresent()) {
      rpc.kill(Integer.parseUnsignedInt(ref.processId()));
    }
  }

  private static Failure failure(ProcessRef ref, String observed) {
    return Failure.of("stop", ref.toString(), observed);
  }
}
