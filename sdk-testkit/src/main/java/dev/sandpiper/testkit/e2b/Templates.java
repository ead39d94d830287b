package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.machine.Secrets;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The templates that a sandbox can be created from. They differ in name only. */
final class Templates {
  /** A template's id and the name it is known by. */
  record Template(String id, String alias) {}

  private final Map<String, Template> byName = new LinkedHashMap<>();

  private Templates() {}

  static Templates of(Set<String> names) {
    Templates templates = new Templates();
    for (String name : names) {
      Template template = new Template(idOf(name), name);
      templates.byName.put(name, template);
      templates.byName.put(template.id(), template);
    }
    return templates;
  }

  /** One of them, whichever. */
  Template first() {
    return byName.values().iterator().next();
  }

  /** Finds by name or id, either with or without the tag {@code default}. */
  @Nullable Template find(String reference) {
    return byName.get(
        reference.endsWith(":default")
            ? reference.substring(0, reference.length() - ":default".length())
            : reference);
  }

  private static String idOf(String name) {
    String digits = new BigInteger(1, Secrets.sha256(name)).toString(36);
    return digits.substring(0, 20);
  }
}
