package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Optional;

/** A process that somebody else started, by the files in which the server keeps its outputs. */
final class LogCommand implements BlaxelRunning {
  private final ProcessRef ref;
  private final ByteOffsets begin;
  private final LogEvents events;
  private final ProcessApi api;
  private final ProcessTrees trees;

  LogCommand(
      ProcessRef ref, ByteOffsets begin, LogEvents events, ProcessApi api, ProcessTrees trees) {
    this.ref = ref;
    this.begin = begin;
    this.events = events;
    this.api = api;
    this.trees = trees;
  }

  @Override
  public ProcessRef ref() {
    return ref;
  }

  @Override
  public Optional<ByteOffsets> beginsAt() {
    return Optional.of(begin);
  }

  @Override
  public String name() {
    return ref.processId();
  }

  @Override
  public ProcessDetails details() {
    return api.find("look at", ref.processId())
        .orElseThrow(
            () -> EndOfProcess.unknown("look at", ref.toString(), "the server does not know it"));
  }

  @Override
  public ProcessEvent next() {
    return events.next();
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
    throw noInput();
  }

  @Override
  public void closeStdin() {
    throw noInput();
  }

  private InvalidRequestException noInput() {
    return new InvalidRequestException(
        Failure.of(
            "write stdin",
            ref.toString(),
            "its standard input is not open; Command.openStdin() opens it"));
  }

  @Override
  public void giveUpStdin() {}

  @Override
  public void cancel() {
    events.cancel();
  }

  @Override
  public void close() {
    events.cancel();
  }
}
