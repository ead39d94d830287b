package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.FileMessages.entry;
import static dev.sandpiper.e2b.FileMessages.stat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.FileInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.files.EntryReader;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries of directories: how they are read, and moved. */
class FileEntriesTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void aMoveOfUnknownOutcomeIsNotRepeated() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().move("/a", "/b"))
        .withMessageContaining("is unknown")
        .satisfies(e -> assertThat(e.retryable()).isFalse());
    e2b.take("POST /filesystem.Filesystem/Move");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-rw-r--r--, 420, -, FILE, 0644",
        "urwxr-xr-x, 493, -, FILE, 04755",
        "dgrwxrwxr-x, 509, -, DIRECTORY, 02775",
        "dtrwxrwxrwx, 511, -, DIRECTORY, 01777",
        "Lrwxrwxrwx, 420, /t, LINK, 0777",
        "Lrwxrwxrwx, 0, /x/e, LINK, 0777",
        "prw-r--r--, 420, -, OTHER, 0644",
        "Dcrw-rw-rw-, 438, -, OTHER, 0666",
        "nonsense, 420, -, FILE, 0644"
      })
  void everyKindOfEntryIsItself(
      String permissions, int mode, String link, String type, String expected) throws Exception {
    EntryInfo.Builder entry = entry("/x/e", mode).setPermissions(permissions);
    entry.setType(
        switch (type) {
          case "FILE" -> FileType.FILE_TYPE_FILE;
          case "DIRECTORY" -> FileType.FILE_TYPE_DIRECTORY;
          default -> FileType.FILE_TYPE_UNSPECIFIED;
        });
    if (link != null) {
      entry.setSymlinkTarget(link);
    }
    FileInfo info = EntryReader.read(entry.build());
    assertThat(info.type()).hasToString(type);
    assertThat(info.mode()).isEqualTo(Integer.parseInt(expected, 8));
    assertThat(info.linkTarget().orElse("")).isEqualTo("/t".equals(link) ? "/t" : "");
  }

  @Test
  void anImpossibleEntryIsMalformed() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(stat(entry("/a", 0).setSize(-1)));
    e2b.answer(stat(entry("/a", 0).setName("a\0b")));
    e2b.answer(stat(EntryInfo.newBuilder()));
    e2b.answer(
        stat(
            entry("/a", 0)
                .setModifiedTime(
                    com.google.protobuf.Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))));
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> sandbox.files().stat("/a")).isInstanceOf(WireFormatException.class);
      e2b.take("POST /filesystem.Filesystem/Stat");
    }
  }
}
