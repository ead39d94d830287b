package dev.sandpiper.benchmarks.server;

import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files of zeros, as long as their names say: {@code zeros-LENGTH}. */
final class BigFiles {
  private static final Pattern NAME = Pattern.compile("zeros-(\\d+)");
  private static final Pattern RANGE = Pattern.compile("\nrange: bytes=(\\d+)-(\\d+)\n");
  private static final byte[] ZEROS = new byte[64 * 1024];
  private static final String TAKEN =
      "[{\"name\":\"zeros\",\"type\":\"file\",\"path\":\"/home/user/zeros\"}]";

  private BigFiles() {}

  static void answer(Request request, OutputStream out) throws IOException {
    if (request.method().equals("POST")) {
      Answers.json(out, 200, TAKEN);
      return;
    }
    Matcher name = NAME.matcher(request.path());
    if (!name.find()) throw new IOException("a file without a length: " + request.path());
    send(Long.parseLong(name.group(1)), RANGE.matcher("\n" + request.headers()), out);
  }

  private static void send(long total, Matcher range, OutputStream out) throws IOException {
    boolean isPart = range.find();
    long first = isPart ? Long.parseLong(range.group(1)) : 0;
    long last = isPart ? Math.min(total - 1, Long.parseLong(range.group(2))) : total - 1;
    String head =
        String.join(
            "\r\n",
            "Content-Type: application/octet-stream",
            "Content-Disposition: attachment; filename=zeros",
            "Last-Modified: Fri, 20 Nov 2026 17:33:47 GMT",
            "Date: "
                + DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)),
            "Content-Length: " + (last + 1 - first));
    String part = "\r\nContent-Range: bytes " + first + "-" + last + "/" + total;
    Answers.head(out, isPart ? 206 : 200, isPart ? head + part : head);
    for (long left = last + 1 - first; left > 0; left -= ZEROS.length) {
      out.write(ZEROS, 0, (int) Math.min(left, ZEROS.length));
    }
  }
}
