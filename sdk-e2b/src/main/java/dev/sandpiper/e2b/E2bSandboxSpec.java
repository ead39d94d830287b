package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SentText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SandboxSpec} with options specific to E2B. Options that are not set are left to the
 * platform. Immutable; each method returns a changed copy.
 */
public final class E2bSandboxSpec {
  private static final Set<String> TYPED =
      Set.of(
          "templateID",
          "timeout",
          "secure",
          "allow_internet_access",
          "metadata",
          "envVars",
          "autoPause",
          "autoPauseMemory",
          "autoResume",
          "network",
          "volumeMounts");

  private final SandboxSpec common;
  private final Options options;

  /** Modified only between being copied and being passed to a new spec. */
  private static final class Options {
    boolean secure = true;
    @Nullable Boolean internetAccess;
    @Nullable E2bOnTimeout onTimeout;
    @Nullable E2bPauseMode pauseMode;
    @Nullable Boolean autoResume;
    @Nullable E2bNetwork network;
    Map<String, String> volumes = Map.of();
    ObjectNode extra = Json.object();

    Options copy() {
      Options copy = new Options();
      copy.secure = secure;
      copy.internetAccess = internetAccess;
      copy.onTimeout = onTimeout;
      copy.pauseMode = pauseMode;
      copy.autoResume = autoResume;
      copy.network = network;
      copy.volumes = volumes;
      copy.extra = extra;
      return copy;
    }
  }

  private E2bSandboxSpec(SandboxSpec common, Options options) {
    this.common = common;
    this.options = options;
  }

  /** The same spec, with E2B's defaults for the rest. */
  public static E2bSandboxSpec of(SandboxSpec common) {
    return new E2bSandboxSpec(requireNonNull(common, "common"), new Options());
  }

  /**
   * Whether commands and files need the sandbox's own token. Default: true. E2B no longer creates
   * others: only a server that has just the first version of the API accepts false, and creating
   * one on any other fails with an {@link dev.sandpiper.InvalidRequestException}.
   */
  public E2bSandboxSpec secure(boolean needsToken) {
    Options changed = options.copy();
    changed.secure = needsToken;
    return new E2bSandboxSpec(common, changed);
  }

  /** Whether the sandbox can reach the internet. Default: the platform's, which is that it can. */
  public E2bSandboxSpec internetAccess(boolean allowed) {
    Options changed = options.copy();
    changed.internetAccess = allowed;
    return new E2bSandboxSpec(common, changed);
  }

  /** What happens to it at the end of its time to live. Default: the platform's, which is KILL. */
  public E2bSandboxSpec onTimeout(E2bOnTimeout action) {
    Options changed = options.copy();
    changed.onTimeout = requireNonNull(action, "action");
    changed.pauseMode = null;
    return new E2bSandboxSpec(common, changed);
  }

  /** Pauses it at the end of its time to live, in this mode. */
  public E2bSandboxSpec pauseOnTimeout(E2bPauseMode mode) {
    Options changed = options.copy();
    changed.onTimeout = E2bOnTimeout.PAUSE;
    changed.pauseMode = requireNonNull(mode, "mode");
    return new E2bSandboxSpec(common, changed);
  }

  /**
   * Whether requests to a sandbox that was paused at the end of its time to live resume it. Needs
   * {@link #onTimeout} with {@link E2bOnTimeout#PAUSE}, and excludes {@link
   * E2bPauseMode#FILESYSTEM}.
   */
  public E2bSandboxSpec autoResume(boolean resumes) {
    Options changed = options.copy();
    changed.autoResume = resumes;
    return new E2bSandboxSpec(common, changed);
  }

  /** The network rules. */
  public E2bSandboxSpec network(E2bNetwork rules) {
    Options changed = options.copy();
    changed.network = requireNonNull(rules, "rules");
    return new E2bSandboxSpec(common, changed);
  }

  /**
   * Mounts an existing volume.
   *
   * @param path the absolute mount path
   * @throws IllegalArgumentException if the path is not absolute, or a volume is mounted there
   *     already
   */
  public E2bSandboxSpec volume(String name, String path) {
    SentText.require("the volume's name", name);
    if (!SentText.require("the mount path", path).startsWith("/")) {
      throw new IllegalArgumentException("the mount path must be absolute: '" + path + "'");
    }
    Map<String, String> all = new LinkedHashMap<>(options.volumes);
    if (all.put(path, name) != null) {
      throw new IllegalArgumentException("two volumes for the mount path '" + path + "'");
    }
    Options changed = options.copy();
    changed.volumes = Map.copyOf(all);
    return new E2bSandboxSpec(common, changed);
  }

  /**
   * Fields of E2B's request for which there is no method here, such as {@code mcp} and {@code iam}.
   *
   * @param json a JSON object, whose fields are added to the request unchanged
   * @throws IllegalArgumentException if it is not an object, or contains a field that a method sets
   */
  public E2bSandboxSpec extra(String json) {
    Options changed = options.copy();
    changed.extra = object(json);
    changed
        .extra
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (TYPED.contains(name)) {
                throw new IllegalArgumentException(
                    "extra has the field " + name + ", which a method of the spec sets");
              }
            });
    return new E2bSandboxSpec(common, changed);
  }

  private static ObjectNode object(String json) {
    try {
      if (Json.parse(json.getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode object) {
        return object;
      }
    } catch (MalformedStreamException e) {
      throw new IllegalArgumentException("extra is not JSON", e);
    }
    throw new IllegalArgumentException("extra is not a JSON object");
  }

  public SandboxSpec common() {
    return common;
  }

  public boolean secure() {
    return options.secure;
  }

  /** Whether it can reach the internet; empty for the platform's default. */
  public Optional<Boolean> internetAccess() {
    return Optional.ofNullable(options.internetAccess);
  }

  /**
   * The fields that both versions of the API accept, except labels and variables.
   *
   * @throws IllegalArgumentException if options exclude each other
   */
  ObjectNode json() {
    requireConsistent();
    ObjectNode json = options.extra.deepCopy();
    internetAccess().ifPresent(allowed -> json.put("allow_internet_access", allowed));
    if (options.onTimeout != null) {
      json.put("autoPause", options.onTimeout == E2bOnTimeout.PAUSE);
    }
    if (options.pauseMode != null) {
      json.put("autoPauseMemory", options.pauseMode == E2bPauseMode.FULL);
    }
    if (options.autoResume != null) {
      json.putObject("autoResume").put("enabled", options.autoResume);
    }
    if (options.network != null) {
      json.set("network", options.network.json());
    }
    options.volumes.forEach(
        (path, name) ->
            json.withArray("/volumeMounts").addObject().put("name", name).put("path", path));
    return json;
  }

  private void requireConsistent() {
    boolean resumes = Boolean.TRUE.equals(options.autoResume);
    if (resumes && options.onTimeout != E2bOnTimeout.PAUSE) {
      throw new IllegalArgumentException(
          "autoResume(true) needs onTimeout(E2bOnTimeout.PAUSE): nothing else can be resumed");
    }
    if (resumes && options.pauseMode == E2bPauseMode.FILESYSTEM) {
      throw new IllegalArgumentException(
          "autoResume(true) excludes pauseOnTimeout(E2bPauseMode.FILESYSTEM)");
    }
  }

  @Override
  public String toString() {
    return "E2b" + common;
  }
}
