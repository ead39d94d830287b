package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.BlaxelFault;
import java.util.Set;

/**
 * What a local Blaxel serves, and to whom.
 *
 * @param images the images that a sandbox can be created from; none for all
 * @param controlPort where the control plane listens; zero for any free port
 * @param sandboxPort where all sandboxes are reached; zero for any free port
 * @param wideCors whether web pages from everywhere may send requests
 * @param wholeHost whether file calls may leave a sandbox's directory
 * @param faults what it does wrong
 */
public record BlaxelOptions(
    Set<String> images,
    int controlPort,
    int sandboxPort,
    boolean wideCors,
    boolean wholeHost,
    Set<BlaxelFault> faults) {
  public BlaxelOptions {
    images = Set.copyOf(images);
    faults = Set.copyOf(faults);
  }

  /** On free ports, and as narrow as it goes. */
  public static BlaxelOptions standard() {
    return new BlaxelOptions(Set.of(), 0, 0, false, false, Set.of());
  }
}
