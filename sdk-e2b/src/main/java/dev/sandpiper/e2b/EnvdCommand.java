package dev.sandpiper.e2b;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command in an E2B sandbox, with the stream that tells of it. */
final class EnvdCommand implements RunningCommand {
  private static final Logger log = LoggerFactory.getLogger(EnvdCommand.class);

  /** How long the goodbye may take once the process's end has been told. */
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  private final ProcessRef ref;
  private final String name;
  private final ConnectStream<ProcessProto.ProcessEvent> events;
  private final EnvdInput input;
  private final ProcessTree tree;
  private final HealthProbe health;
  private final Deque<ProcessEvent> first;

  /**
   * @param first what to tell before the stream's own events
   */
  EnvdCommand(
      ProcessRef ref,
      String name,
      ConnectStream<ProcessProto.ProcessEvent> events,
      EnvdInput input,
      ProcessTree tree,
      HealthProbe health,
      List<ProcessEvent> first) {
    this.ref = ref;
    this.name = name;
    this.events = events;
    this.input = input;
    this.tree = tree;
    this.health = health;
    this.first = new ArrayDeque<>(first);
  }

  @Override
  public ProcessRef ref() {
    return ref;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ProcessEvent next() {
    if (!first.isEmpty()) {
      return first.remove();
    }
    try {
      ProcessEvent event = read();
      if (event instanceof Ended end) {
        log.debug("{} {}", ref, end.status());
        sayGoodbye();
      }
      return event;
    } catch (MalformedStreamException e) {
      throw new WireFormatException(failure("the sandbox sent " + e.getMessage()), e);
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private ProcessEvent read() throws IOException {
    ProcessEvent event = null;
    while (event == null) {
      ProcessProto.ProcessEvent message = events.next();
      if (message == null) {
        throw new MalformedStreamException("the end of the stream without the end of the process");
      }
      event = EventMapper.map(message);
    }
    return event;
  }

  /** The process's end stands, whatever comes after it: nobody shall run the command again. */
  private void sayGoodbye() {
    try {
      events.finish(GOODBYE);
    } catch (IOException | SandboxException e) {
      log.warn("{} has ended, and its stream ended badly: {}", ref, e.toString());
    }
  }

  private ConnectionLostException lost(IOException cause) {
    log.debug("{} lost its connection: {}", ref, cause.toString());
    return new ConnectionLostException(
        failure("the connection broke before its end was told; " + health.describe()), ref, cause);
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }

  @Override
  public void stopTree(Duration grace) {
    tree.stop(ref, grace);
  }

  @Override
  public void release() {
    tree.release(ref);
  }

  @Override
  public void writeStdin(byte[] bytes, int offset, int length) {
    input.write(bytes, offset, length);
  }

  @Override
  public void closeStdin() {
    input.close();
  }

  @Override
  public void giveUpStdin() {
    input.giveUp();
  }

  @Override
  public void cancel() {
    events.cancel();
  }

  @Override
  public void close() {
    events.close();
  }
}
