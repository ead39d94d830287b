package dev.sandpiper.testkit.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is called, and what has to be true afterwards, whatever went wrong. */
interface Operation {
  static List<Operation> all() {
    List<Operation> all = new ArrayList<>(List.of(ProcessOperation.values()));
    all.addAll(List.of(FileOperation.values()));
    all.addAll(List.of(SandboxOperation.values()));
    return all;
  }

  String name();

  /** As the tables of {@code docs/matrix.md} name it. */
  default String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  default boolean isOfControlPlane() {
    return false;
  }

  default boolean isPossibleOn(Row row) {
    return !row.isStreamed();
  }

  /** Those that can go wrong, each of them made in every run. */
  List<Request> requests(Row row);

  default void prepare(Trial trial) throws Exception {}

  void act(Trial trial) throws Exception;

  void check(Trial trial, @Nullable Throwable thrown) throws Exception;

  /** Removes what {@link #prepare} and {@link #act} have left. */
  default void clean(Trial trial) throws Exception {}
}
