package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.BlaxelFault;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a local Blaxel serves, and to whom.
 *
 * @param images the images that a sandbox can be created from; none for all
 * @param controlPort where the control plane listens; zero for any free port
 * @param sandboxPort where all sandboxes are reached; zero for any free port
 * @param wideCors whether web pages from everywhere may send requests
 * @param wholeHost whether file calls may leave a sandbox's directory
 * @param faults what it does wrong
 * @param unenforced the fields of requests that are accepted although nothing is done about them
 * @param debugPort where the server of one sandbox listens, for everybody and without a token; null
 *     for nowhere
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

  /** On free ports, narrow, and with these faults. */
  public static BlaxelOptions with(Set<BlaxelFault> faults) {
    return new BlaxelOptions(Set.of(), 0, 0, false, false, faults, Set.of(), null);
  }

  /** On free ports, and as narrow as it goes. */
  public static BlaxelOptions standard() {
    return with(Set.of());
  }
}
