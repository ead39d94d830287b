package dev.sandpiper.testkit.junit;

import dev.sandpiper.testkit.junit.OpenResources.Resource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream of a file. Reading it to its end closes it as well. */
final class TrackedInput extends FilterInputStream {
  private final OpenResources resources;
  private final Resource resource;

  TrackedInput(InputStream stream, OpenResources resources) {
    super(stream);
    this.resources = resources;
    resource = resources.add("file that is read", stream, () -> true);
  }

  @Override
  public int read() throws IOException {
    return ended(super.read());
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return ended(super.read(target, offset, length));
  }

  private int ended(int result) {
    if (result < 0) resources.remove(resource);
    return result;
  }

  @Override
  public void close() throws IOException {
    resources.remove(resource);
    super.close();
  }
}
