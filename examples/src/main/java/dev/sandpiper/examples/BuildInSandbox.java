package dev.sandpiper.examples;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A project goes into a sandbox, is built there, and what was made of it comes back. */
public final class BuildInSandbox {
  private static final String BUILD =
      """
      set -eu
      mkdir -p site
      echo '<ul>' > site/index.html
      for source in chapters/*.txt; do
        name=${source##*/}
        page=${name%.txt}.html
        read -r title < "$source"
        lines=0
        while read -r line; do lines=$((lines + 1)); done < "$source"
        { echo "<h1>$title</h1><pre>"; cat "$source"; echo '</pre>'; } > "site/$page"
        echo "<li><a href=\\"$page\\">$title</a>, $lines lines</li>" >> site/index.html
        echo "$page: $lines lines"
      done
      echo '</ul>' >> site/index.html
      """;

  private BuildInSandbox() {}

  public static void main(String[] args) throws IOException {
    try (Platform platform = Platform.of(args, Capability.DIRECTORIES)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) throws IOException {
    Path workshop = Files.createTempDirectory("build-in-sandbox");
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Path project = writeProject(workshop.resolve("project"));
      try (ProgressBar bar = new ProgressBar("up  ", out)) {
        sandbox
            .files()
            .uploadDirectory(project, "project", DirectoryOptions.standard().listener(bar));
      }
      Command build =
          Command.of("/bin/sh", "build.sh").directory("project").timeout(Duration.ofMinutes(5));
      sandbox
          .processes()
          .exec(build, OutputListener.lines((channel, line) -> out.println("  | " + line)))
          .orThrow();
      Path site = workshop.resolve("site");
      DirectorySummary made;
      try (ProgressBar bar = new ProgressBar("down", out)) {
        made =
            sandbox
                .files()
                .downloadDirectory("project/site", site, DirectoryOptions.standard().listener(bar));
      }
      out.println("Built " + made.entries() + " files; the index:");
      Files.readAllLines(site.resolve("index.html")).forEach(line -> out.println("  " + line));
    } finally {
      delete(workshop);
    }
  }

  /** Some text, and enough of it to see the bar move. */
  private static Path writeProject(Path project) throws IOException {
    Path chapters = Files.createDirectories(project.resolve("chapters"));
    Files.writeString(project.resolve("build.sh"), BUILD);
    for (String title : List.of("Shores", "Tides", "Waders")) {
      String text = title + "\n" + "The sandpiper runs along the water's edge.\n".repeat(4999);
      Files.writeString(chapters.resolve(title.toLowerCase(Locale.ROOT) + ".txt"), text);
    }
    return project;
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
