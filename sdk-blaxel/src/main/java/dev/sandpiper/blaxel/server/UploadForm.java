package dev.sandpiper.blaxel.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Content;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.HttpBody;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import okio.BufferedSink;

/**
 * A form with one file, or a piece of one, which reports its progress. Its boundary is unguessable,
 * so no file contains it.
 */
public final class UploadForm implements HttpBody {
  private final String boundary = "sandpiper-" + Nonce.random();
  private final byte[] file;
  private final UploadProgress progress;

  public UploadForm(byte[] file, UploadProgress progress) {
    this.file = file;
    this.progress = progress;
  }

  @Override
  public String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  @Override
  public long length() {
    return (long) head().length + file.length + tail().length;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    sink.write(head());
    // An exception of the listener counts as a failure of the content, and is not retried.
    HttpBody.of(contentType(), Content.of(() -> progress.of(new ByteArrayInputStream(file))))
        .writeTo(sink);
    sink.write(tail());
  }

  private byte[] head() {
    return ("--"
            + boundary
            + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n")
        .getBytes(UTF_8);
  }

  private byte[] tail() {
    return ("\r\n--" + boundary + "--\r\n").getBytes(UTF_8);
  }
}
