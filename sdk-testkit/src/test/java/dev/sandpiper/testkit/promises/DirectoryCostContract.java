package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.Filesystem;
import dev.sandpiper.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** What a directory costs on its way up and down, on any platform. */
interface DirectoryCostContract {
  int MOST_REQUESTS = 10;
  int BYTES_PER_REQUEST = 4 << 20;
  int SMALL_FILES = 1000;
  int LARGE = 40 << 20;
  DirectoryOptions STANDARD = DirectoryOptions.standard();

  Sandbox sandbox();

  /** A directory on this side, for one test. */
  Path directory();

  /** The same sandbox through a client that counts its requests. */
  Sandbox counted();

  /** How many requests the counting client has sent. */
  AtomicInteger requests();

  /**
   * Counts each request that goes out. The same question asked again counts once: how often a
   * running command is looked at depends on the time that it takes, and so on the machine.
   */
  static OkHttpClient counting(AtomicInteger requests) {
    Set<String> asked = ConcurrentHashMap.newKeySet();
    return new OkHttpClient.Builder()
        .addNetworkInterceptor(
            chain -> {
              Request request = chain.request();
              if (!request.method().equals("GET")
                  || asked.add(request.url() + " " + request.header("Range"))) {
                requests.incrementAndGet();
              }
              return chain.proceed(request);
            })
        .build();
  }

  private Path smallFiles() throws IOException {
    Path source = Files.createDirectory(directory().resolve("small"));
    for (int i = 0; i < SMALL_FILES; i++) {
      Path parent = Files.createDirectories(source.resolve("d" + i % 10));
      Files.write(parent.resolve("f" + i), new byte[200]);
    }
    return source;
  }

  @Test
  default void aThousandSmallFilesTakeTenRequestsEachWay() throws IOException {
    Path source = smallFiles();
    Filesystem files = counted().files();
    files.exists("small"); // what is asked once for a client
    assertThat(requestsOf(() -> files.uploadDirectory(source, "small", STANDARD)))
        .as("requests of the upload")
        .isBetween(1, MOST_REQUESTS);
    Path target = directory().resolve("copy");
    assertThat(requestsOf(() -> files.downloadDirectory("small", target, STANDARD)))
        .as("requests of the download")
        .isBetween(1, MOST_REQUESTS);
    assertThat(target.resolve("d7/f7")).hasSize(200);
  }

  @Test
  default void aLargeFileTakesOneRequestMoreForEachFourMebibytes() throws IOException {
    Path source = Files.createDirectory(directory().resolve("large"));
    byte[] bytes = new byte[LARGE];
    new Random(5).nextBytes(bytes);
    Files.write(source.resolve("f"), bytes);
    Filesystem files = counted().files();
    files.exists("large");
    int most = MOST_REQUESTS + LARGE / BYTES_PER_REQUEST + 1; // with what tar puts around it
    assertThat(requestsOf(() -> files.uploadDirectory(source, "large", STANDARD)))
        .as("requests of the upload")
        .isBetween(1, most);
    Path target = directory().resolve("copy");
    assertThat(requestsOf(() -> files.downloadDirectory("large", target, STANDARD)))
        .as("requests of the download")
        .isBetween(1, most);
    assertThat(target.resolve("f")).hasBinaryContent(bytes);
  }

  private int requestsOf(Runnable copy) {
    int before = requests().get();
    copy.run();
    return requests().get() - before;
  }

  /** A ratio of two times that were measured side by side, so it holds on any machine. */
  @Test
  default void aDirectoryTakesAtMostTwiceTheTimeOfAnArchiveByHand() throws Exception {
    assumeTrue(Boolean.getBoolean("sandpiper.exhaustive"), "times are for -Pexhaustive");
    Path source = smallFiles();
    Path archive = directory().resolve("archive.tar");
    Duration byHand = Duration.ofDays(1);
    Duration copied = Duration.ofDays(1);
    Duration fetchedByHand = Duration.ofDays(1);
    Duration fetched = Duration.ofDays(1);
    for (int round = 0; round < 7; round++) {
      String target = "copy-" + round;
      byHand = least(byHand, () -> sendByHand(source, archive, target + "-by-hand"));
      copied = least(copied, () -> sandbox().files().uploadDirectory(source, target, STANDARD));
      Path there = directory().resolve(target);
      fetchedByHand = least(fetchedByHand, () -> fetchByHand(target, there + "-by-hand"));
      fetched = least(fetched, () -> sandbox().files().downloadDirectory(target, there, STANDARD));
    }
    System.out.printf(
        "%s: up %s, by hand %s; down %s, by hand %s%n",
        getClass().getSimpleName(), copied, byHand, fetched, fetchedByHand);
    assertThat(copied).isLessThan(byHand.multipliedBy(2));
    assertThat(fetched).isLessThan(fetchedByHand.multipliedBy(2));
  }

  private void sendByHand(Path source, Path archive, String target) throws Exception {
    runHere("tar", "-c", "-f", archive.toString(), "-C", source.toString(), ".");
    sandbox().files().upload(archive, "by-hand.tar");
    sandbox().exec("mkdir", target).orThrow();
    sandbox().exec("tar", "-x", "-f", "by-hand.tar", "-C", target).orThrow();
    sandbox().files().delete("by-hand.tar");
  }

  private void fetchByHand(String source, String target) throws Exception {
    sandbox().exec("tar", "-c", "-f", "by-hand.tar", "-C", source, ".").orThrow();
    Path archive = Path.of(target + ".tar");
    sandbox().files().download("by-hand.tar", archive);
    sandbox().files().delete("by-hand.tar");
    Files.createDirectory(Path.of(target));
    runHere("tar", "-x", "-f", archive.toString(), "-C", target);
  }

  private static void runHere(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  /** Something that takes time. */
  @FunctionalInterface
  interface Act {
    void run() throws Exception;
  }

  private static Duration least(Duration before, Act act) throws Exception {
    long start = System.nanoTime();
    act.run();
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    return taken.compareTo(before) < 0 ? taken : before;
  }
}
