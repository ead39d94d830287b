package dev.sandpiper.testkit.e2b.sandbox;

import dev.sandpiper.testkit.machine.Secrets;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The templates that a sandbox can be created from. They differ in name only. */
public final class Templates {
  /**
   * A template.
   *
   * @param alias its name; null for a snapshot without a name
   * @param files the initial files of its sandboxes' homes; null for none
   */
  public record Template(String id, @Nullable String alias, @Nullable Path files) {
    public boolean isCalled(String reference) {
      return reference.equals(id) || reference.equals(alias);
    }
  }

  private final Map<String, Template> byName = new LinkedHashMap<>();

  private Templates() {}

  public static Templates of(Set<String> names) {
    Templates templates = new Templates();
    for (String name : names) {
      Template template = new Template(idOf(name), name, null);
      templates.byName.put(name, template);
      templates.byName.put(template.id(), template);
    }
    return templates;
  }

  public static ApiException notFound(String reference) {
    return new ApiException(404, "template '" + reference + "' not found");
  }

  /** Any template. */
  Template first() {
    return byName.values().iterator().next();
  }

  /** Finds by name or id, either with or without the tag {@code default}. */
  public @Nullable Template find(String reference) {
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
