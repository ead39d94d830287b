package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FileInfoTest {
  private static final FileInfo NAMED = FileInfo.named("/srv/a", "a", FileType.UNKNOWN);

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
