package dev.sandpiper.testkit.contract;

import dev.sandpiper.Capability;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the facts of the contract need. */
final class FactSheet {
  private FactSheet() {}

  /** What a fact needs, by itself and by its promise. */
  static Set<Capability> needs(Method fact) {
    Set<Capability> needs = EnumSet.noneOf(Capability.class);
    Stream.of(fact.getAnnotation(Needs.class), fact.getDeclaringClass().getAnnotation(Needs.class))
        .filter(FactSheet::isThere)
        .forEach(each -> needs.addAll(Set.of(each.value())));
    return needs;
  }

  private static boolean isThere(@Nullable Needs needs) {
    return needs != null;
  }
}
