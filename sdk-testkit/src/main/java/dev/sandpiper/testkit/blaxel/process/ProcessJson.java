package dev.sandpiper.testkit.blaxel.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.process.Tailer.Channel;
import dev.sandpiper.testkit.http.GoJson;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON of processes in the server's responses. */
final class ProcessJson {
  /** How much of each output is in the response about a process, and in the response to a wait. */
  static final int INLINE_BYTES = 64 << 10;

  static final int WHOLE_BYTES = 4 << 20;

  /** In local time, although it says GMT. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneId.systemDefault());

  /** The two outputs, or the shown parts of them, as text. */
  record Outputs(String stdout, String stderr) {
    /** The ends of the files. */
    static Outputs ofFiles(ProcessRecord record, int limitBytes) throws IOException {
      LogFiles files = record.files();
      return new Outputs(
          GoJson.decode(files.tail(files.output(), limitBytes)),
          GoJson.decode(files.tail(files.errors(), limitBytes)));
    }

    /** Only the output that the server has read so far. */
    static Outputs inMemory(ProcessRecord record) throws IOException {
      return new Outputs(
          GoJson.decode(record.tailer().taken(Channel.STDOUT, INLINE_BYTES)),
          GoJson.decode(record.tailer().taken(Channel.STDERR, INLINE_BYTES)));
    }

    /** One after the other, regardless of the order of writing. */
    String together() {
      return stdout + stderr;
    }
  }

  private ProcessJson() {}

  /** The response about one process. */
  static ObjectNode of(ProcessRecord record) throws IOException {
    return of(record, Outputs.ofFiles(record, INLINE_BYTES), "");
  }

  /** An entry of the list. */
  static ObjectNode listed(ProcessRecord record) throws IOException {
    return of(record, Outputs.ofFiles(record, INLINE_BYTES), null);
  }

  /** The response to a start that waits for the end. */
  static ObjectNode awaited(ProcessRecord record) throws IOException {
    return of(record, Outputs.ofFiles(record, WHOLE_BYTES), "");
  }

  /** The response to a start. */
  static ObjectNode started(ProcessRecord record) throws IOException {
    Outputs outputs = Outputs.inMemory(record);
    ObjectNode tree = of(record, outputs, "");
    if (outputs.together().isEmpty()) tree.putNull("logs");
    return tree;
  }

  static ObjectNode logs(ProcessRecord record) throws IOException {
    Outputs outputs = Outputs.ofFiles(record, WHOLE_BYTES);
    return GoJson.object()
        .put("stdout", outputs.stdout)
        .put("stderr", outputs.stderr)
        .put("logs", outputs.together());
  }

  private static ObjectNode of(ProcessRecord record, Outputs outputs, @Nullable String unfinished) {
    ProcessRecord.State state = record.state();
    Instant end = state.completedAt();
    return GoJson.object()
        .put("pid", Long.toString(record.pid()))
        .put("name", record.name())
        .put("command", record.request().command())
        .put("status", state.status().wireName())
        .put("startedAt", TIME.format(state.startedAt()))
        .put("completedAt", end == null ? unfinished : TIME.format(end))
        .put("exitCode", state.exitCode())
        .put("workingDir", record.workingDir())
        .put("logs", outputs.together())
        .put("stdout", outputs.stdout)
        .put("stderr", outputs.stderr)
        .put("restartOnFailure", record.request().restartOnFailure())
        .put("maxRestarts", record.request().maxRestarts())
        .put("restartCount", state.restartCount())
        .put("keepAlive", state.keepAlive());
  }
}
