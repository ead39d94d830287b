package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.BlaxelFault;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of a local Blaxel.
 *
 * @param images the images that a sandbox can be created from; none for all
 * @param controlPort the port of the control plane; zero for any free port
 * @param sandboxPort the port of all sandboxes; zero for any free port
 * @param wideCors whether web pages from everywhere may send requests
 * @param wholeHost whether file calls may leave a sandbox's directory
 * @param faults the faults that it has
 * @param unenforced the fields of requests that are accepted although they have no effect
 * @param debugPort the port of the server of one sandbox, which requires no token; null for none
 */
public record BlaxelOptions(
    Set<String> images,
    int controlPort,
    int sandboxPort,
    boolean wideCors,
    boolean wholeHost,
    Set<BlaxelFault> faults,
    Set<String> unenforced,
    @Nullable Integer debugPort) {
  public BlaxelOptions {
    images = Set.copyOf(images);
    faults = Set.copyOf(faults);
    unenforced = Set.copyOf(unenforced);
  }

  /** On free ports, with the strictest rules, and with these faults. */
  public static BlaxelOptions with(Set<BlaxelFault> faults) {
    return new BlaxelOptions(Set.of(), 0, 0, false, false, faults, Set.of(), null);
  }

  /** On free ports, with the strictest rules. */
  public static BlaxelOptions standard() {
    return with(Set.of());
  }
}
