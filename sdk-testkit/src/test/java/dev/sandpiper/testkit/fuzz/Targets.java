package dev.sandpiper.testkit.fuzz;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.BlaxelReaders;
import dev.sandpiper.e2b.E2bReaders;
import dev.sandpiper.e2b.process.ProcessReaders;
import dev.sandpiper.e2b.sessions.SessionReaders;
import dev.sandpiper.engine.ReferenceReaders;
import dev.sandpiper.files.FileReaders;
import dev.sandpiper.http.AnswerReaders;
import dev.sandpiper.kernel.CodeReaders;
import dev.sandpiper.testkit.blaxel.SandboxApiReaders;
import dev.sandpiper.testkit.e2b.EnvdReaders;
import dev.sandpiper.testkit.faults.ProxyReaders;
import dev.sandpiper.testkit.fuzz.Target.Reader;
import dev.sandpiper.testkit.http.ByteRange;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.RequestReaders;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.WireReaders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Every reader of foreign bytes. */
final class Targets {
  private static final List<Target> ALL = new ArrayList<>();

  private Targets() {}

  static {
    // The formats of streams.
    of("connect", WireReaders::connect, Recorded.of("e2b", "connect+"));
    of("json-lines", WireReaders::jsonLines, Recorded.of("blaxel", "ndjson"));
    of("events", WireReaders::serverSentEvents, Recorded.of("blaxel", "event-stream"));
    of("json", WireReaders::document, Recorded.of("blaxel", "json"), IOException.class);
    of("json-array", WireReaders::json, Recorded.of("blaxel", "json"), IOException.class);
    of("connect-error", WireReaders::connectError, Recorded.of("e2b", "json"));
    of("text", WireReaders::text);
    of("answer", AnswerReaders::error, Recorded.answers("e2b"), ConnectionLostException.class);
    of("code-messages", CodeReaders::messages);
    // Files.
    of("archive", FileReaders::archive, IOException.class);
    of("archive-entries", FileReaders::entries);
    of("excludes", FileReaders::excludes, IllegalArgumentException.class);
    of("content-range", FileReaders::contentRange, MalformedStreamException.class);
    // What callers bring back.
    of("reference", ReferenceReaders::reference, IllegalArgumentException.class);
    of("position", ReferenceReaders::position, IllegalArgumentException.class);
    // E2B.
    of(
        "e2b-binary",
        E2bReaders::binaryMessage,
        Recorded.messages("e2b", "proto"),
        MalformedStreamException.class);
    of(
        "e2b-json",
        E2bReaders::jsonMessage,
        Recorded.messages("e2b", "json"),
        MalformedStreamException.class);
    of(
        "e2b-binary-process",
        ProcessReaders::binary,
        Recorded.messages("e2b", "proto"),
        MalformedStreamException.class);
    of(
        "e2b-json-process",
        ProcessReaders::json,
        Recorded.messages("e2b", "json"),
        MalformedStreamException.class);
    of("e2b-version", E2bReaders::version, IllegalArgumentException.class);
    of("e2b-control", E2bReaders::controlPlane, SandboxException.class);
    of("e2b-data", E2bReaders::dataPlane, Recorded.answers("e2b"), SandboxException.class);
    of("sessions", SessionReaders::process, SandboxException.class);
    // Blaxel.
    of("record", BlaxelReaders::record);
    of("marks", BlaxelReaders::marks, SandboxException.class);
    of("files", BlaxelReaders::files, Recorded.answers("blaxel"), SandboxException.class);
    of("part", BlaxelReaders::part, Recorded.answers("blaxel"), SandboxException.class);
    of("json-stream", BlaxelReaders::jsonStream, Recorded.of("blaxel", "ndjson"));
    of("event-stream", BlaxelReaders::eventStream, Recorded.of("blaxel", "event-stream"));
    of("configuration", BlaxelReaders::configuration, BlaxelReaders.refusal());
    of("descriptions", BlaxelReaders::descriptions, MalformedStreamException.class);
    of("digits", BlaxelReaders::digits, MalformedStreamException.class);
    of(
        "process",
        BlaxelReaders::process,
        Recorded.of("blaxel", "json"),
        IllegalArgumentException.class,
        MalformedStreamException.class);
    of("processes", BlaxelReaders::processes, Recorded.answers("blaxel"), SandboxException.class);
    of("blaxel-control", BlaxelReaders::controlPlane, SandboxException.class);
    of("token", BlaxelReaders::token, SandboxException.class);
    of("upload", BlaxelReaders::upload, Recorded.answers("blaxel"), SandboxException.class);
    // The test kit's own servers and its proxy.
    of("kit-envelopes", EnvdReaders::envelopes, IOException.class, EnvdReaders.refusal());
    of("kit-json", EnvdReaders::json, EnvdReaders.refusal());
    of("kit-start", SandboxApiReaders::start, SandboxApiReaders.refusal());
    of("kit-path", SandboxApiReaders::path);
    of("kit-form", RequestReaders::form, IOException.class);
    of("kit-parameters", RequestReaders::parameters);
    of("kit-range", RequestReaders::range, ByteRange.UnsatisfiableException.class);
    of("kit-query", RequestReaders::query, Query.MalformedException.class);
    of("kit-http1", ProxyReaders::http1, IOException.class);
    of("kit-http2", ProxyReaders::http2, IOException.class);
  }

  @SafeVarargs
  private static void of(String name, Reader reader, Class<? extends Exception>... failures) {
    of(name, reader, List::of, failures);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // only copied
  private static void of(
      String name,
      Reader reader,
      Supplier<List<byte[]>> seeds,
      Class<? extends Exception>... failures) {
    ALL.add(new Target(name, reader, seeds, List.of(failures)));
  }

  static List<Target> all() {
    return List.copyOf(ALL);
  }

  static Target named(String name) {
    return ALL.stream().filter(target -> target.name().equals(name)).findFirst().orElseThrow();
  }
}
