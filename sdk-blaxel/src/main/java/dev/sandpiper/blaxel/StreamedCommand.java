package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.CallScope;
import java.time.Duration;

/** A command in a Blaxel sandbox, with the stream that tells of it. */
final class StreamedCommand implements BlaxelRunning {
  private final ProcessRef ref;
  private final String name;
  private final StreamedEvents events;
  private final StreamDrain drain;
  private final ProcessApi api;
  private final ProcessTrees trees;
  private final boolean isOurs;

  /** One of somebody else's, which goes on without us. */
  static StreamedCommand attached(
      ProcessRef ref,
      StreamedEvents events,
      StreamDrain drain,
      ProcessApi api,
      ProcessTrees trees) {
    return new StreamedCommand(ref, ref.processId(), events, drain, api, trees, false);
  }

  /** One of our own. */
  static StreamedCommand started(
      ProcessRef ref,
      String name,
      StreamedEvents events,
      StreamDrain drain,
      ProcessApi api,
      ProcessTrees trees) {
    return new StreamedCommand(ref, name, events, drain, api, trees, true);
  }

  private StreamedCommand(
      ProcessRef ref,
      String name,
      StreamedEvents events,
      StreamDrain drain,
      ProcessApi api,
      ProcessTrees trees,
      boolean isOurs) {
    this.isOurs = isOurs;
    this.ref = ref;
    this.name = name;
    this.events = events;
    this.drain = drain;
    this.api = api;
    this.trees = trees;
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
    return events.take();
  }

  /** True once its stream has told something; throws what the stream has failed with. */
  boolean hasBegun() {
    return events.hasBegun();
  }

  @Override
  public ProcessDetails details() {
    ProcessDetails ended = drain.ended();
    return ended != null
        ? ended
        : api.find("look at", ref.processId())
            .orElseThrow(
                () ->
                    new NotFoundException(
                        What.PROCESS,
                        Failure.of("look at", ref.toString(), "the server does not know it")));
  }

  @Override
  public void stopTree(Duration grace, CallScope scope) {
    trees.stop(ref, grace, () -> {}, scope);
  }

  @Override
  public boolean signal(Signal signal, CallScope scope) {
    return trees.signal(ref, signal, null, () -> {}, scope);
  }

  @Override
  public void release(CallScope scope) {
    trees.release(ref, () -> {}, scope);
  }

  @Override
  public void writeStdin(byte[] bytes, int offset, int length) {
    throw unsupported("a streamed command has no input");
  }

  @Override
  public void closeStdin() {
    throw unsupported("a streamed command has no input");
  }

  @Override
  public void giveUpStdin() {}

  @Override
  public void requireDetachable() {
    if (isOurs) {
      throw unsupported(
          "a streamed command cannot be let go: nobody could follow it again, and a stream that is"
              + " left behind spoils other answers; close() kills it");
    }
  }

  private UnsupportedCapabilityException unsupported(String observed) {
    return new UnsupportedCapabilityException(Failure.of("follow", name, observed), null);
  }

  /** The stream is read on, on its own thread, until the process ends. */
  @Override
  public void cancel() {
    events.abandon();
  }

  @Override
  public void close() {
    events.abandon();
  }
}
