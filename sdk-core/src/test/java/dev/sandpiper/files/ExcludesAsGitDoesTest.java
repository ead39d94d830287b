package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.DirectoryOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The patterns mean what git takes them for. */
class ExcludesAsGitDoesTest {
  private static final List<String> NAMES = List.of("a", "b", "ab", "a.b", "b.a", "abc");
  private static final List<String> PARTS =
      List.of("a", "b", "*", "a*", "*b", "?", "a?b", "**", "a.b", "*.*", "abc", "\\a");

  @BeforeAll
  static void gitIsHere() {
    boolean isHere;
    try {
      isHere = new ProcessBuilder("git", "--version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      isHere = false;
    }
    assumeTrue(isHere, "git is what to compare with");
  }

  private static <T> T one(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  private static List<String> patterns(Random random) {
    List<String> patterns = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      StringBuilder pattern = new StringBuilder(random.nextInt(4) == 0 ? "!" : "");
      pattern.append(random.nextInt(4) == 0 ? "/" : "").append(one(PARTS, random));
      for (int more = random.nextInt(3); more > 0; more--) {
        pattern.append('/').append(one(PARTS, random));
      }
      patterns.add(pattern.append(random.nextInt(4) == 0 ? "/" : "").toString());
    }
    return patterns;
  }

  private static void grow(Path directory, int depth, Random random) throws IOException {
    for (String name : NAMES) {
      Path path = directory.resolve(name);
      if (depth > 0 && random.nextInt(3) == 0) {
        grow(Files.createDirectory(path), depth - 1, random);
      } else if (random.nextInt(2) == 0) {
        Files.createFile(path);
      }
    }
  }

  private static String git(Path tree, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("git", "-c", "core.excludesFile=/dev/null"));
    all.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(all).directory(tree.toFile());
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
    builder.environment().keySet().removeAll(List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"));
    Process git = builder.redirectErrorStream(true).start();
    String said = new String(git.getInputStream().readAllBytes(), UTF_8);
    assertThat(git.waitFor()).as(said).isZero();
    return said;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsLeftIsWhatGitDoesNotIgnore(long given, @TempDir Path directory) throws Exception {
    Random random = new Random(given * 7_919);
    Path tree = Files.createDirectory(directory.resolve("tree"));
    grow(tree, 3, random);
    git(tree, "init", "-q");
    for (int round = 0; round < 12; round++) {
      List<String> patterns = patterns(random);
      Files.write(tree.resolve(".git/info/exclude"), patterns);
      String listed = git(tree, "ls-files", "--others", "--exclude-standard", "-z");
      assertThat(left(tree, patterns))
          .as("seed %d, patterns %s", given, patterns)
          .isEqualTo(new TreeSet<>(List.of(listed.split("\0", -1))));
    }
  }

  /** As git lists them: files alone, and nothing of its own. */
  private static SortedSet<String> left(Path tree, List<String> patterns) throws IOException {
    DirectoryOptions options = DirectoryOptions.standard().exclude(patterns).exclude("/.git/");
    LocalWalk walk = new LocalWalk(tree, options);
    SortedSet<String> left = new TreeSet<>(List.of("")); // behind the last separator
    Skipped skipped = new Skipped(options);
    for (LocalEntry entry = walk.next(skipped); entry != null; entry = walk.next(skipped)) {
      if (entry.attributes().isRegularFile()) {
        left.add(entry.name());
      }
    }
    return left;
  }
}
