package dev.sandpiper.blaxel;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import okio.BufferedSource;

/** The bytes of a file on their way out of a sandbox. What goes wrong is a typed failure. */
final class FileBytes extends InputStream {
  private final HttpRequest request;
  private final HttpResponse response;
  private final BufferedSource source;
  private boolean ended;

  FileBytes(HttpRequest request, HttpResponse response) {
    this.request = request;
    this.response = response;
    this.source = response.source();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0 || ended) {
      return ended ? -1 : 0;
    }
    try {
      int count = source.read(target, offset, length);
      ended = count < 0;
      return count;
    } catch (SandboxException e) {
      throw new SandboxIOException(e);
    } catch (IOException e) {
      throw new SandboxIOException(
          new ConnectionLostException(
              request.failure("the transfer broke off before the file's end"), null, e));
    }
  }

  @Override
  public void close() {
    response.close();
  }
}
