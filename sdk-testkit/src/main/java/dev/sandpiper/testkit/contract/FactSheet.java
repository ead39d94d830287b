package dev.sandpiper.testkit.contract;

import dev.sandpiper.Capability;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The requirements of the contract's facts. */
final class FactSheet {
  private FactSheet() {}

  /** The capabilities that a fact and its promise need. */
  static Set<Capability> needs(Method fact) {
    Set<Capability> needs = EnumSet.noneOf(Capability.class);
    Stream.of(fact.getAnnotation(Needs.class), fact.getDeclaringClass().getAnnotation(Needs.class))
        .filter(FactSheet::isThere)
        .forEach(each -> needs.addAll(Set.of(each.value())));
    return needs;
  }

  /** The promise that a fact belongs to, and the fact, both in words. */
  static String name(Method fact) {
    String promise = words(fact.getDeclaringClass().getSimpleName());
    return promise.substring(0, 1).toUpperCase(Locale.ROOT)
        + promise.substring(1)
        + ": "
        + words(fact.getName());
  }

  /** {@code aNulIsRefused} as {@code a nul is refused}. */
  static String words(String name) {
    return name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT).strip();
  }

  /** Fails if there is no fact of that name, so that an exception cannot outlive its fact. */
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
