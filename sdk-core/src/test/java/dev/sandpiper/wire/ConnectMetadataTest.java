package dev.sandpiper.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectMetadataTest {

  @Test
  void trailersOfAUnaryAnswerAreHeadersWithAPrefix() {
    ConnectMetadata metadata =
        ConnectMetadata.ofUnary(
            Map.of(
                "Content-Type", List.of("application/proto"),
                "Trailer-X-Cost", List.of("1", "2"),
                "trailer-", List.of("nameless"),
                "Trailer", List.of("X-Cost")));

    assertThat(metadata.trailers())
        .isEqualTo(Map.of("X-Cost", List.of("1", "2"), "", List.of("nameless")));
    assertThat(metadata.headers()).containsOnlyKeys("Content-Type", "Trailer");
  }

  @Test
  void namesHaveNoCase() {
    ConnectMetadata metadata =
        ConnectMetadata.ofUnary(Map.of("X-A", List.of("1"), "TRAILER-X-B", List.of("2")));

    assertThat(metadata.headers().get("x-a")).containsExactly("1");
    assertThat(metadata.trailers().get("x-b")).containsExactly("2");
  }
}
