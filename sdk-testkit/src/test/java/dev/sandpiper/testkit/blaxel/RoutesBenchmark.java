package dev.sandpiper.testkit.blaxel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What Blaxel's commands cost, held against the bare calls, a pipe or E2B in the same run. Prints
 * figures and asserts none. Not run by {@code verify}: {@code -Dtest=RoutesBenchmark}, with {@code
 * -Dsandpiper.commands=500} for as many quick commands.
 */
@Timeout(600)
class RoutesBenchmark {
  private static final long MUCH = 100_000_000;
  private static final long LITTLE = 1_000_000;
  private static final int COMMANDS = Integer.getInteger("sandpiper.commands", 500);
  private static final MediaType JSON = requireNonNull(MediaType.parse("application/json"));

  @RegisterExtension final LocalClient local = new LocalClient(BlaxelFault.THROTTLE);

  /** Counts what is sent to a sandbox, and makes each request as late as a far server's. */
  private static final class Distance implements Interceptor {
    final AtomicInteger requests = new AtomicInteger();
    final AtomicLong recordBytes = new AtomicLong(); // of the last record
    final OkHttpClient client;
    private final int millis;
    private volatile @Nullable Request start;

    Distance(int millis) {
      this.millis = millis;
      this.client = new OkHttpClient.Builder().addInterceptor(this).build();
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
      requests.incrementAndGet();
      Request request = chain.request();
      List<String> path = request.url().pathSegments();
      boolean isStart = request.method().equals("POST") && path.contains("process");
      start = isStart ? request : start;
      try {
        TimeUnit.MILLISECONDS.sleep(millis);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      Response response = chain.proceed(request);
      if (request.method().equals("GET") && path.contains("process")) {
        recordBytes.set(response.peekBody(1 << 20).bytes().length);
      }
      return response;
    }

    /** The platform's own calls, with nothing of ours around the command. */
    private String bare(String body) throws IOException {
      Request sent =
          requireNonNull(start).newBuilder().post(RequestBody.create(body, JSON)).build();
      try (Response response = client.newCall(sent).execute()) {
        return response.body().string();
      }
    }

    void waiting() throws IOException {
      bare("{\"command\":\"true\",\"waitForCompletion\":true,\"timeout\":10}");
    }

    void polling() throws IOException {
      String name = "bare-" + UUID.randomUUID();
      bare("{\"command\":\"true\",\"name\":\"" + name + "\"}");
      Request started = requireNonNull(start);
      Request look = started.newBuilder().url(started.url() + "/" + name).get().build();
      for (long pause = 2; ; pause = Math.min(50, 2 * pause)) {
        try (Response response = client.newCall(look).execute()) {
          if (!response.body().string().contains("\"running\"")) {
            return;
          }
        }
        try {
          TimeUnit.MILLISECONDS.sleep(pause);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }

    void close() {
      client.connectionPool().evictAll();
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static String times(int count, Action action) throws IOException {
    double[] millis = new double[count];
    for (int i = 0; i < count; i++) {
      long began = System.nanoTime();
      action.run();
      millis[i] = (System.nanoTime() - began) / 1e6;
    }
    Arrays.sort(millis);
    return String.format(
        Locale.ROOT, "p50 %.1f p99 %.1f ms", millis[count / 2], millis[count * 99 / 100]);
  }

  private BlaxelSandbox sandbox(Distance distance) {
    return local.opened(local.builder().httpClient(distance.client)).create(SandboxSpec.standard());
  }

  private static void print(String format, Object... figures) {
    System.out.printf(Locale.ROOT, format + "%n", figures);
  }

  @Test
  void quickCommandsAgainstTheBareCalls() throws Exception {
    for (int millis : List.of(0, 20, 80)) {
      quickCommands(millis);
    }
  }

  private void quickCommands(int millis) throws Exception {
    Distance distance = new Distance(millis);
    int count = millis == 0 ? COMMANDS : Math.max(20, COMMANDS / 5);
    try (BlaxelSandbox sandbox = sandbox(distance)) {
      sandbox.exec("true").orThrow();
      int before = distance.requests.get();
      String ours = times(count, () -> sandbox.exec("true").orThrow());
      double each = (distance.requests.get() - before) / (double) count;
      print(
          "+%d ms, %d times exec(true): %s, %.2f requests, record %d bytes, %d files left",
          millis, count, ours, each, distance.recordBytes.get(), local.files().size());
      print("+%d ms, bare waiting POST: %s", millis, times(count, distance::waiting));
      print("+%d ms, bare POST and GETs: %s", millis, times(count, distance::polling));
    } finally {
      distance.close();
    }
  }

  @Test
  void aSilentMinute() throws Exception {
    Distance distance = new Distance(0);
    try (BlaxelSandbox sandbox = sandbox(distance);
        Process process = sandbox.processes().start(Command.of("sleep", "1000"))) {
      Future<?> reader = Executors.newSingleThreadExecutor().submit(() -> process.waitFor());
      for (int minute = 1; minute <= 2; minute++) {
        int before = distance.requests.get();
        TimeUnit.SECONDS.sleep(60);
        print("requests of silent minute %d: %d", minute, distance.requests.get() - before);
      }
      process.kill();
      reader.cancel(true);
    } finally {
      distance.close();
    }
  }

  @Test
  void aServerThatIsFrozenFor65Seconds() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String url = sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "");
    try (FaultProxy proxy = FaultProxy.inFrontOf(url);
        BlaxelSandbox frozen =
            local
                .opened(local.builder().sandboxUrl(sandbox.id(), proxy.url()))
                .connect(sandbox.id());
        Process process =
            frozen.processes().start(Command.shell("seq 1 200000; sleep 6; seq 1 200000"))) {
      Counting counting = new Counting();
      Thread thaw =
          new Thread(
              () -> {
                try {
                  TimeUnit.SECONDS.sleep(65);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                proxy.thaw();
              });
      proxy.freeze();
      thaw.start();
      ExitStatus exit = process.transferTo(counting, counting);
      print("frozen for 65 s: %s, %d of 2577790 bytes", exit, counting.bytes);
      thaw.join();
    }
  }

  @Test
  void idleProcesses() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      all.add(sandbox.processes().start(Command.of("sleep", "1000")));
    }
    TimeUnit.SECONDS.sleep(20);
    long here = cpu();
    long there = shellTicks(sandbox);
    TimeUnit.SECONDS.sleep(60);
    double client = (cpu() - here) / 1e9 / 60 * 100;
    double shells = (shellTicks(sandbox) - there) / 100.0 / 60 * 100;
    print(
        "60 idle processes: %.2f %% of a core in client and server, %.2f in shells",
        client, shells);
    all.forEach(Process::close);
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private long shellTicks(BlaxelSandbox sandbox) throws IOException {
    long ticks = 0;
    for (ProcessHandle each : local.processes(sandbox)) {
      Path stat = Path.of("/proc/" + each.pid() + "/stat");
      String[] fields = Files.readString(stat).replaceFirst(".*\\) ", "").split(" ", -1);
      for (int field = 11; field <= 14; field++) { // with those of children that are over
        ticks += Long.parseLong(fields[field]);
      }
    }
    return ticks;
  }

  @Test
  void manySleepersAreClosed() throws Exception {
    try (LocalSandboxes both = LocalSandboxes.start();
        var blaxel = both.blaxelClient();
        var e2b = both.e2bClient();
        Sandbox first = e2b.create(SandboxSpec.standard());
        Sandbox second = blaxel.create(SandboxSpec.standard())) {
      print("E2B: %s", closing(first));
      print("Blaxel: %s", closing(second));
    }
  }

  private static String closing(Sandbox sandbox) throws Exception {
    List<Process> sleepers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      sleepers.add(sandbox.processes().start(Command.of("sleep", "1000")));
    }
    ExecutorService threads = Executors.newFixedThreadPool(32);
    AtomicLong slowest = new AtomicLong();
    long began = System.nanoTime();
    List<Future<?>> closed = new ArrayList<>();
    for (Process each : sleepers) {
      closed.add(
          threads.submit(
              () -> {
                long start = System.nanoTime();
                each.close();
                slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
              }));
    }
    for (Future<?> each : closed) {
      each.get();
    }
    threads.shutdown();
    double all = (System.nanoTime() - began) / 1e9;
    return String.format(
        Locale.ROOT, "200 sleepers closed in %.1f s, the slowest %.1f s", all, slowest.get() / 1e9);
  }

  @Test
  void filesAgainstTheStreamAgainstAPipe() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    sandbox.exec("true").orThrow();
    double files = rate(MUCH, sandbox, BlaxelCommand.of(lines(MUCH)));
    double stream = rate(LITTLE, sandbox, BlaxelCommand.of(lines(LITTLE)).streamed());
    double pipe = pipe();
    double download = download(sandbox);
    print(
        "by files %.1f MB/s, by the stream %.3f MB/s, by a pipe here %.0f MB/s, as one file %.0f",
        files, stream, pipe, download);
    print(
        "files : stream = %.0f : 1, files : pipe = %.3f : 1, files : one file = %.2f : 1",
        files / stream, files / pipe, files / download);
  }

  /** The same bytes, written first and then read. */
  private static double download(BlaxelSandbox sandbox) throws IOException {
    Counting counting = new Counting();
    long began = System.nanoTime();
    sandbox.exec(Command.shell("yes | head -c " + MUCH + " > much")).orThrow();
    try (InputStream file = sandbox.files().read("much")) {
      file.transferTo(counting);
    }
    assertThat(counting.bytes).isEqualTo(MUCH);
    return MUCH / 1e6 / ((counting.last - began) / 1e9);
  }

  /** It lives until all has come, because a dead process's output is not throttled. */
  private static Command lines(long bytes) {
    return Command.shell("yes | head -c " + bytes + "; sleep " + (bytes == LITTLE ? 16 : 0));
  }

  private static double rate(long bytes, BlaxelSandbox sandbox, BlaxelCommand command)
      throws IOException {
    Counting counting = new Counting();
    long began = System.nanoTime();
    try (Process process = sandbox.processes().start(command)) {
      process.transferTo(counting, counting);
    }
    assertThat(counting.bytes).isEqualTo(bytes);
    return bytes / 1e6 / ((counting.last - began) / 1e9);
  }

  private static double pipe() throws IOException {
    Counting counting = new Counting();
    long began = System.nanoTime();
    java.lang.Process head = new ProcessBuilder("sh", "-c", "yes | head -c " + MUCH).start();
    head.getInputStream().transferTo(counting);
    return MUCH / 1e6 / ((counting.last - began) / 1e9);
  }

  private static final class Counting extends OutputStream {
    private long bytes;
    private long last;

    @Override
    public void write(int one) {
      write(new byte[1], 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      bytes += length;
      last = System.nanoTime();
    }
  }
}
