package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Routes;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.SentText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SandboxSpec} with options specific to Blaxel. Its template is the image, by default
 * {@code blaxel/base-image:latest}; its time to live counts from creation. Immutable.
 */
public final class BlaxelSandboxSpec {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,47}[a-z0-9])?");
  private static final Pattern EXTERNAL_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private final SandboxSpec common;
  private final Options options;

  /** A port to reach from outside. */
  public record Port(int number, Protocol protocol, Optional<String> name) {
    /** The protocol of the port. */
    public enum Protocol {
      HTTP,
      TCP,
      UDP,
      TLS
    }

    public Port {
      Routes.port(number);
      if (number == 80 || number == 443 || number == 8080) {
        throw new IllegalArgumentException("port " + number + " is Blaxel's own: 80, 443 and 8080");
      }
      requireNonNull(protocol, "protocol");
      name.ifPresent(text -> SentText.require("the port's name", text));
    }
  }

  /** An existing volume and its mount path. */
  public record Volume(String name, String mountPath, boolean readOnly) {
    public Volume {
      SentText.require("the volume's name", name);
      if (!SentText.require("the mount path", mountPath).startsWith("/")) {
        throw new IllegalArgumentException("a mount path is absolute, not '" + mountPath + "'");
      }
    }
  }

  /** When a sandbox is deleted; the first rule that applies decides. */
  public sealed interface Expiration {
    /** After this time without use. */
    record Idle(Duration time) implements Expiration {
      public Idle {
        seconds(time); // rejects a time that is not positive
      }
    }

    /** This long after its creation. */
    record Age(Duration time) implements Expiration {
      public Age {
        seconds(time);
      }
    }

    /** At that moment. */
    record Date(Instant moment) implements Expiration {
      public Date {
        requireNonNull(moment, "moment");
      }
    }

    static Expiration whenIdle(Duration time) {
      return new Idle(time);
    }

    static Expiration afterAge(Duration time) {
      return new Age(time);
    }

    static Expiration at(Instant moment) {
      return new Date(moment);
    }
  }

  /** Modified only between being copied and being passed to a new spec. */
  private static final class Options {
    @Nullable String name;
    @Nullable String displayName;
    @Nullable String externalId;
    @Nullable String region;
    @Nullable Integer memoryMegabytes;
    boolean livesOn;
    List<Port> ports = List.of();
    List<Volume> volumes = List.of();
    List<Expiration> expirations = List.of();
    Map<String, String> secrets = Map.of();
    @Nullable JsonNode network;

    Options copy() {
      Options copy = new Options();
      copy.name = name;
      copy.displayName = displayName;
      copy.externalId = externalId;
      copy.region = region;
      copy.memoryMegabytes = memoryMegabytes;
      copy.livesOn = livesOn;
      copy.ports = ports;
      copy.volumes = volumes;
      copy.expirations = expirations;
      copy.secrets = secrets;
      copy.network = network;
      return copy;
    }
  }

  private BlaxelSandboxSpec(SandboxSpec common, Options options) {
    this.common = common;
    this.options = options;
  }

  /** The same spec, with Blaxel's defaults for the rest. */
  public static BlaxelSandboxSpec of(SandboxSpec common) {
    return new BlaxelSandboxSpec(requireNonNull(common, "common"), new Options());
  }

  /**
   * The sandbox's name, which is its id. Without one Blaxel chooses a name, and can use a prewarmed
   * sandbox.
   *
   * @throws IllegalArgumentException if Blaxel would not accept it
   */
  public BlaxelSandboxSpec name(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a name is 1 to 49 of a-z 0-9 -, and no - at its ends, not '" + name + "'");
    }
    return with(changed -> changed.name = name);
  }

  /** A name for people, of at most 63 characters. */
  public BlaxelSandboxSpec displayName(String text) {
    requireDisplayName(text);
    return with(changed -> changed.displayName = text);
  }

  /** A key of your own, by which it can be listed. Keys need not be unique. */
  public BlaxelSandboxSpec externalId(String id) {
    requireExternalId(id);
    return with(changed -> changed.externalId = id);
  }

  static void requireDisplayName(String text) {
    SentText.require("the display name", text);
    if (text.length() > 63) {
      throw new IllegalArgumentException(
          "a display name has 63 characters at the most, not " + text.length());
    }
  }

  static void requireExternalId(String id) {
    if (!EXTERNAL_ID.matcher(id).matches()) {
      throw new IllegalArgumentException("an external id is 1 to 64 of A-Z a-z 0-9 -");
    }
  }

  /** The region, such as {@code eu-lon-1}. Default: the client's region. */
  public BlaxelSandboxSpec region(String name) {
    return with(changed -> changed.region = SentText.require("the region", name));
  }

  /** The memory, which also determines the number of processors. Default: 4096. */
  public BlaxelSandboxSpec memoryMegabytes(int megabytes) {
    if (megabytes < 1) {
      throw new IllegalArgumentException("memory is positive, not " + megabytes);
    }
    return with(changed -> changed.memoryMegabytes = megabytes);
  }

  /** A port that speaks HTTP, for {@link BlaxelSandbox#endpoint}. */
  public BlaxelSandboxSpec port(int number) {
    return port(new Port(number, Port.Protocol.HTTP, Optional.empty()));
  }

  /** A port to reach from outside. */
  public BlaxelSandboxSpec port(Port port) {
    return with(changed -> changed.ports = and(changed.ports, requireNonNull(port, "port")));
  }

  /** Mounts an existing volume. */
  public BlaxelSandboxSpec volume(Volume volume) {
    return with(changed -> changed.volumes = and(changed.volumes, requireNonNull(volume, "v")));
  }

  /** Adds a rule by which it is deleted, with or without a time to live. */
  public BlaxelSandboxSpec expiration(Expiration rule) {
    return with(changed -> changed.expirations = and(changed.expirations, requireNonNull(rule)));
  }

  /**
   * Without a time to live: it exists until a rule of {@link #expiration} applies or it is killed.
   */
  public BlaxelSandboxSpec liveOn() {
    return with(changed -> changed.livesOn = true);
  }

  /** A variable whose value Blaxel never shows again. */
  public BlaxelSandboxSpec secretEnvironment(String name, String value) {
    SandboxSpec.standard().environment(name, value); // rejects what cannot be passed to a process
    Map<String, String> all = new LinkedHashMap<>(options.secrets);
    all.put(name, value);
    return with(changed -> changed.secrets = Map.copyOf(all));
  }

  /**
   * Its network, as in Blaxel's API: the JSON object of {@code spec.network}, with {@code proxy},
   * {@code firewall} and {@code egress}.
   *
   * @throws IllegalArgumentException if it is not a JSON object
   */
  public BlaxelSandboxSpec network(String json) {
    JsonNode parsed;
    try {
      parsed = Json.parse(SentText.require("the network", json).getBytes(StandardCharsets.UTF_8));
    } catch (MalformedStreamException e) {
      throw new IllegalArgumentException("the network is not a JSON document", e);
    }
    if (!parsed.isObject()) {
      throw new IllegalArgumentException("the network is not a JSON object");
    }
    return with(changed -> changed.network = parsed);
  }

  public SandboxSpec common() {
    return common;
  }

  public Optional<String> name() {
    return Optional.ofNullable(options.name);
  }

  public Optional<String> displayName() {
    return Optional.ofNullable(options.displayName);
  }

  public Optional<String> externalId() {
    return Optional.ofNullable(options.externalId);
  }

  /** Empty for the client's region; an empty text counts as not set. */
  public Optional<String> region() {
    return Optional.ofNullable(options.region).filter(name -> !name.isEmpty());
  }

  public Optional<Integer> memoryMegabytes() {
    return Optional.ofNullable(options.memoryMegabytes);
  }

  public List<Port> ports() {
    return options.ports;
  }

  public List<Volume> volumes() {
    return options.volumes;
  }

  public List<Expiration> expirations() {
    return options.expirations;
  }

  /** True after {@link #liveOn()}. */
  public boolean livesOn() {
    return options.livesOn;
  }

  /** All variables, including secret ones. */
  Map<String, String> variables() {
    Map<String, String> all = new LinkedHashMap<>(common.environment());
    all.putAll(options.secrets);
    return all;
  }

  Map<String, String> secrets() {
    return options.secrets;
  }

  Optional<JsonNode> network() {
    return Optional.ofNullable(options.network);
  }

  /** A duration in Blaxel's format, rounded up to whole seconds. */
  static String seconds(Duration duration) {
    return Durations.wholeSeconds(
            Durations.positive("a time", duration, "leave it out for no such rule"))
        + "s";
  }

  private BlaxelSandboxSpec with(Consumer<Options> change) {
    Options changed = options.copy();
    change.accept(changed);
    return new BlaxelSandboxSpec(common, changed);
  }

  private static <T> List<T> and(List<T> list, T one) {
    List<T> all = new ArrayList<>(list);
    all.add(one);
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return "Blaxel" + common;
  }
}
