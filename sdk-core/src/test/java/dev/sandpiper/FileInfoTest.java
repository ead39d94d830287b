package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FileInfoTest {
  private static final FileInfo NAMED = FileInfo.named("/srv/a", "a", FileType.UNKNOWN);

  @Test
  void whatIsKnownIsAddedToTheName() {
    Instant modified = Instant.ofEpochSecond(9);
    FileInfo link =
        NAMED
            .withStatus(3, 0644, "me", "us", modified)
            .withLinkTarget("/b")
            .withMetadata(Map.of("k", "v"));
    assertThat(link.path()).isEqualTo("/srv/a");
    assertThat(link.size()).isEqualTo(3);
    assertThat(link.mode()).isEqualTo(0644);
    assertThat(link.owner()).isEqualTo("me");
    assertThat(link.group()).isEqualTo("us");
    assertThat(link.modified()).isEqualTo(modified);
    assertThat(link.linkTarget()).contains("/b");
    assertThat(link.metadata()).containsExactly(Map.entry("k", "v"));
    assertThat(link).isNotEqualTo(NAMED).isEqualTo(link.withLinkTarget("/b"));
    assertThat(link.withLinkTarget("/c")).isNotEqualTo(link);
  }

  @Test
  void whatThePlatformDoesNotSayOfAListedFileIsNotMadeUp() {
    assertThat(NAMED.path()).isEqualTo("/srv/a");
    assertThat(NAMED.name()).isEqualTo("a");
    assertThat(NAMED.linkTarget()).isEmpty();
    assertThat(NAMED).isEqualTo(FileInfo.named("/srv/a", "a", FileType.UNKNOWN));
    assertThat(NAMED).hasToString("UNKNOWN[/srv/a]");
    List<ThrowingCallable> untold =
        List.of(NAMED::size, NAMED::mode, NAMED::owner, NAMED::group, NAMED::modified);
    for (ThrowingCallable accessor : untold) {
      assertThatThrownBy(accessor)
          .hasMessage("list /srv/a: this platform lists names and types only")
          .asInstanceOf(type(UnsupportedCapabilityException.class))
          .satisfies(e -> assertThat(e.capability()).isEqualTo(Capability.FILE_STATUS));
    }
  }
}
