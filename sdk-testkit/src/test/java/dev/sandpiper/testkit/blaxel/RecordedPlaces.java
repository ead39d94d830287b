package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The directories of a recording and those that stand for them here, and the files that were there
 * when it was made.
 */
final class RecordedPlaces {
  private static final Map<String, String> PREPARATIONS =
      Map.ofEntries(
          Map.entry(
              "fs-list",
              "mkdir -p $T/d/.hid $T/d/sub $T/e $H/.cache; cd $T/d; printf h. >.hidden;"
                  + " chmod 600 .hidden; printf 'abc\\n' >a.txt; ln -s nonesuch dangling;"
                  + " ln -s sub dirlink; mkfifo fifo; ln -s a.txt link; printf 'abc\\n' >setuid;"
                  + " chmod 4755 setuid; touch 'sp ace é'"),
          Map.entry(
              "fs-read",
              "mkdir -p $T; cd $T; for f in b.json b.html b.png b.tar.gz b B.TXT 'b\"q.txt';"
                  + " do printf x >\"$f\"; done"),
          Map.entry(
              "fs-read-errors",
              "mkdir -p $T/d; cd $T; touch f; ln -s nonesuch dangling; ln -s loop loop;"
                  + " ln -s d dirlink"),
          Map.entry(
              "fs-delete",
              "mkdir -p $T/d/empty $T/d/full/x $T/d/target; cd $T/d; touch f target/t;"
                  + " ln -s nonesuch dangling; ln -s f filelink; ln -s full link;"
                  + " ln -s target link2"),
          Map.entry(
              "fs-paths",
              "mkdir -p $H/foo $R/foo $T/p; cd $T/p; printf 'rel\\n' >$H/foo/bar;"
                  + " printf 'abs\\n' >$R/foo/bar; printf 'home\\n' >$H/h;"
                  + " for f in 'a b' a+b a%b 'a?b' 'a#b' é a%2Fb; do printf '%s\\n' \"$f\" >\"$f\";"
                  + " done"),
          Map.entry(
              "fs-find",
              "mkdir -p $T/f/src/deep $T/f/.git $T/f/node_modules/m; cd $T/f;"
                  + " touch a.go .hidden.go src/deep/b.go node_modules/m/n.go .git/c.go;"
                  + " i=1; while [ $i -le 25 ]; do touch src/f$i.txt; i=$((i+1)); done"),
          Map.entry("fs-search", "mkdir -p $T/f; touch $T/f/main.go $T/f/util.go"),
          Map.entry(
              "fs-grep",
              "mkdir -p $T/g/node_modules; cd $T/g; printf needle >.hid;"
                  + " printf 'first\\nneedle Needle\\nÉ needle\\n' >a.txt;"
                  + " printf 'x needle \\377\\000' >b.bin; printf 'a.c\\n' >re;"
                  + " printf 'needle\\r\\n' >crlf; printf needle >node_modules/n"),
          Map.entry("fs-grep-hangs", "mkdir -p $T/g; yes needle | head -n 400 >$T/g/many"),
          Map.entry("watch", "mkdir -p $T/w/sub"),
          Map.entry("watch-recursive", "mkdir -p $T/w/sub/deep"),
          Map.entry("watch-burst", "mkdir -p $T/w"),
          Map.entry("watch-errors", "mkdir -p $T/w; touch $T/f"));

  private final Path root;
  private final Path home;
  private final Map<String, String> learned = new LinkedHashMap<>();

  /**
   * @param root stands for the recorded root
   * @param home stands for {@code /blaxel}
   */
  RecordedPlaces(Path root, Path home) {
    this.root = root;
    this.home = home;
  }

  void prepare(String recording) throws Exception {
    String script = PREPARATIONS.getOrDefault(recording, "mkdir -p $T");
    run("umask 022; T=%s/tmp; R=%s; H=%s; %s".formatted(root, root, home, script));
  }

  /** Runs a recorded command here. */
  void run(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-ec", command)
            .directory(home.toFile())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    assertThat(process.waitFor()).as(command).isZero();
  }

  /** From now on a recorded text has another one here. */
  void learn(String recorded, String actual) {
    learned.put(recorded, actual);
  }

  /** A recorded target, with the places as they are here. */
  String target(String recorded) {
    String encoded = root.toString().replace("/", "%2F");
    return learned(
        recorded
            .replaceFirst("(?<=/|filesystem)%2F(?=tmp|foo)", encoded + "%2F")
            .replaceFirst("(?<=/)%2f(?=foo)", encoded.replace("%2F", "%2f") + "%2f")
            .replace("//foo", "/" + root + "/foo")
            .replace("/tree/tmp", "/tree" + root + "/tmp"));
  }

  /** A recorded command, header or body, which has its bytes as characters. */
  String words(String recorded) {
    return learned(recorded.replace("/tmp/", root + "/tmp/"));
  }

  private String learned(String recorded) {
    String words = recorded;
    for (Map.Entry<String, String> word : learned.entrySet()) {
      words = words.replace(word.getKey(), word.getValue());
    }
    return words;
  }

  byte[] body(byte[] recorded) {
    return words(new String(recorded, ISO_8859_1)).getBytes(ISO_8859_1);
  }

  /** An actual text in the words of the recording. */
  String toRecorded(String actual) {
    String words = actual.replace(home.toString(), "/blaxel").replace(root + "/", "/");
    for (Map.Entry<String, String> word : learned.entrySet()) {
      words = words.replace(word.getValue(), word.getKey());
    }
    return words;
  }

  static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
