package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.SentText;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SandboxFilter} with conditions specific to E2B. Immutable; each method returns a changed
 * copy.
 */
public final class E2bSandboxFilter {
  private final SandboxFilter common;
  private final @Nullable String template;
  private final @Nullable Instant startedSince;
  private final boolean oldestFirst;

  private E2bSandboxFilter(
      SandboxFilter common,
      @Nullable String template,
      @Nullable Instant startedSince,
      boolean oldestFirst) {
    this.common = common;
    this.template = template;
    this.startedSince = startedSince;
    this.oldestFirst = oldestFirst;
  }

  /** The same conditions, newest first. */
  public static E2bSandboxFilter of(SandboxFilter common) {
    return new E2bSandboxFilter(requireNonNull(common, "common"), null, null, false);
  }

  /** Only from this template, by its id or its alias, without a tag. */
  public E2bSandboxFilter template(String idOrAlias) {
    SentText.require("the template", idOrAlias);
    return new E2bSandboxFilter(common, idOrAlias, startedSince, oldestFirst);
  }

  /** Only started then or later. The platform compares with microsecond precision. */
  public E2bSandboxFilter startedSince(Instant moment) {
    return new E2bSandboxFilter(common, template, requireNonNull(moment, "moment"), oldestFirst);
  }

  /** Lists the oldest first. */
  public E2bSandboxFilter oldestFirst() {
    return new E2bSandboxFilter(common, template, startedSince, true);
  }

  SandboxFilter common() {
    return common;
  }

  Optional<String> template() {
    return Optional.ofNullable(template);
  }

  Optional<Instant> startedSince() {
    return Optional.ofNullable(startedSince);
  }

  boolean isOldestFirst() {
    return oldestFirst;
  }

  /** True if it has no condition. */
  boolean isEmpty() {
    return common.labels().isEmpty()
        && common.state().isEmpty()
        && template == null
        && startedSince == null;
  }

  /** True if a listed sandbox matches every condition that is not in {@link #common}. */
  boolean matches(JsonNode listed) {
    boolean isFrom =
        template == null
            || Json.text(listed, "templateID").filter(template::equals).isPresent()
            || Json.text(listed, "alias").filter(template::equals).isPresent();
    return isFrom
        && (startedSince == null
            || Json.instant(listed, "startedAt")
                .filter(moment -> !moment.isBefore(startedSince))
                .isPresent());
  }
}
