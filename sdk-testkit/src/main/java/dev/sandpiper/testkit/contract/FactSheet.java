package dev.sandpiper.testkit.contract;

import dev.sandpiper.Capability;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

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

  /** Fails if a name is not that of a fact, so that an exception cannot outlive its fact. */
  static void requireFacts(Class<?> contract, Set<String> names) {
    Set<String> facts =
        Stream.of(contract.getMethods())
            .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
            .map(Method::getName)
            .collect(Collectors.toSet());
    for (String name : names) {
      if (!facts.contains(name)) {
        throw new IllegalStateException("exceptions() names '" + name + "', and no fact has it");
      }
    }
  }

  private static boolean isThere(@Nullable Needs needs) {
    return needs != null;
  }
}
