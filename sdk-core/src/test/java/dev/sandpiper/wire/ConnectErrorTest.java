package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.wire.ConnectError.Detail;
import java.util.List;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectErrorTest {
  private static final String JSON = "application/json";

  @Test
  void codeAndMessageAreTheServers() {
    ConnectError error =
        error(404, JSON, "{\"code\":\"not_found\",\"message\":\"no such file: \\u2603\\nreally\"}");

    assertThat(error)
        .isEqualTo(
            new ConnectError(
                ConnectCode.NOT_FOUND, "no such file: \u2603\nreally", List.of(), true));
  }

  @ParameterizedTest
  @EnumSource(ConnectCode.class)
  void everyCodeIsKnownByItsName(ConnectCode code) {
    ConnectError error = error(418, JSON, "{\"code\":\"" + code.wireName() + "\"}");

    assertThat(error.code()).isEqualTo(code);
    assertThat(error.explicit()).isTrue();
    assertThat(error.message()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "400, INTERNAL",
    "401, UNAUTHENTICATED",
    "403, PERMISSION_DENIED",
    "404, UNIMPLEMENTED",
    "429, UNAVAILABLE",
    "502, UNAVAILABLE",
    "503, UNAVAILABLE",
    "504, UNAVAILABLE",
    "201, UNKNOWN",
    "408, UNKNOWN",
    "409, UNKNOWN",
    "412, UNKNOWN",
    "413, UNKNOWN",
    "415, UNKNOWN",
    "431, UNKNOWN",
    "500, UNKNOWN",
    "501, UNKNOWN",
    "505, UNKNOWN",
    "800, UNKNOWN"
  })
  void statusDecidesWhereTheBodyNamesNoCode(int status, ConnectCode code) {
    ConnectError error = error(status, JSON, "{}");

    assertThat(error).isEqualTo(new ConnectError(code, "", List.of(), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"401", "null", "\"\"", "\"oops\"", "\"UNAUTHENTICATED\"", "{}", "true"})
  void codeThatIsNoneLeavesTheStatusAndTheMessageStillCounts(String code) {
    ConnectError error =
        error(401, JSON, "{\"code\":" + code + ",\"message\":\"invalid access token\"}");

    assertThat(error)
        .isEqualTo(
            new ConnectError(
                ConnectCode.UNAUTHENTICATED, "invalid access token", List.of(), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "\"x\"", "7"})
  void jsonThatIsNoObjectLeavesTheStatus(String body) {
    assertThat(error(503, JSON, body))
        .isEqualTo(new ConnectError(ConnectCode.UNAVAILABLE, "", List.of(), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "not json", "{\"code\":\"aborted\"} trailing", "\u0000"})
  void jsonThatCannotBeReadLeavesTheStatus(String body) {
    ConnectError error = error(403, JSON, body);

    assertThat(error.code()).isEqualTo(ConnectCode.PERMISSION_DENIED);
    assertThat(error.explicit()).isFalse();
    assertThat(error.message()).doesNotContain("trailing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        " application/json ; x=y"
      })
  void contentTypeIsComparedWithoutCaseOrParameters(String contentType) {
    assertThat(error(500, contentType, "{\"code\":\"data_loss\"}").code())
        .isEqualTo(ConnectCode.DATA_LOSS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/proto", "application/jsonp", "application/problem+json", ""})
  void errorOfAnotherTypeIsNotParsed(String contentType) {
    ConnectError error = error(502, contentType, "{\"code\":\"not_found\"}");

    assertThat(error.code()).isEqualTo(ConnectCode.UNAVAILABLE);
    assertThat(error.explicit()).isFalse();
  }

  @Test
  void plainTextBecomesTheMessage() {
    ConnectError error = error(404, "text/plain; charset=utf-8", "404 page not found\n");

    assertThat(error)
        .isEqualTo(
            new ConnectError(ConnectCode.UNIMPLEMENTED, "404 page not found", List.of(), false));
  }

  @Test
  void plainTextIsCut() {
    assertThat(error(500, "text/plain", "x".repeat(128 << 10)).message()).hasSize(2_000);
  }

  @Test
  void htmlIsNamedAndNotQuoted() {
    ConnectError error = error(502, "text/html", "<html><h1>Bad Gateway</h1></html>");

    assertThat(error.code()).isEqualTo(ConnectCode.UNAVAILABLE);
    assertThat(error.message()).isEqualTo("a body of type text/html");
  }

  @Test
  void noBodyIsSaid() {
    assertThat(error(500, null, "").message()).isEqualTo("no body");
    assertThat(error(500, "text/plain", "").message()).isEqualTo("no body");
    assertThat(error(500, JSON, "").message()).isEqualTo("no body");
  }

  @Test
  void bodyWithoutATypeIsSaidInWords() {
    assertThat(error(500, null, "?").message()).isEqualTo("a body without a content type");
  }

  @Test
  void messageThatIsNoTextIsNone() {
    assertThat(error(500, JSON, "{\"message\":{\"a\":1}}").message()).isEmpty();
  }

  @Test
  void detailsKeepTheirOrderWithAndWithoutPadding() {
    ConnectError error =
        error(
            400,
            JSON,
            """
            {"code": "invalid_argument", "details": [
              {"type": "a.B", "value": "AAE="},
              {"type": "a.C", "value": "AAE", "debug": {"nonsense": 1}},
              {"type": "a.D", "value": ""},
              {"type": "a.E", "value": "/+8"}
            ]}
            """);

    assertThat(error.details())
        .containsExactly(
            new Detail("a.B", ByteString.of((byte) 0, (byte) 1)),
            new Detail("a.C", ByteString.of((byte) 0, (byte) 1)),
            new Detail("a.D", ByteString.EMPTY),
            new Detail("a.E", ByteString.of((byte) 0xff, (byte) 0xef)));
  }

  @Test
  void detailThatCannotBeReadIsNoNewError() {
    ConnectError error =
        error(
            400,
            JSON,
            """
            {"code": "aborted", "details": [
              {"type": "a.B", "value": "*"}, {"type": "a.B"}, 7, null, {"value": "AA"},
              {"type": "a.Z", "value": "AA"}
            ]}
            """);

    assertThat(error.code()).isEqualTo(ConnectCode.ABORTED);
    assertThat(error.details()).extracting(Detail::type).containsExactly("a.Z");
  }

  @Test
  void detailsCountWithoutACodeToo() {
    assertThat(error(500, JSON, "{\"details\":[{\"type\":\"a.B\",\"value\":\"\"}]}").details())
        .hasSize(1);
  }

  @Test
  void unknownFieldsMeanNothing() {
    assertThat(error(409, JSON, "{\"code\":\"aborted\",\"extra\":[1,{}]}"))
        .isEqualTo(new ConnectError(ConnectCode.ABORTED, "", List.of(), true));
  }

  @ParameterizedTest
  @CsvSource({
    "application/proto, application/json",
    "application/json, application/proto",
    "application/json, application/connect+json",
    "application/connect+proto, application/connect+json",
    "application/connect+json, application/connect+"
  })
  void successInAnotherCodecIsInternal(String asked, String contentType) {
    assertThat(inHead(asked, contentType, null).code()).isEqualTo(ConnectCode.INTERNAL);
  }

  @ParameterizedTest
  @CsvSource({
    "application/proto, text/html",
    "application/proto, ''",
    "application/proto,",
    "application/connect+proto, application/proto",
    "application/connect+json, application/json",
    "application/connect+json, text/plain; charset=utf-8"
  })
  void successOfAnythingElseIsUnknown(String asked, @Nullable String contentType) {
    ConnectError error = inHead(asked, contentType, null);

    assertThat(error.code()).isEqualTo(ConnectCode.UNKNOWN);
    assertThat(error.explicit()).isFalse();
    assertThat(error.message()).startsWith("expected a response of type " + asked);
  }

  @Test
  void successInAnEncodingThatWasNotOfferedIsInternal() {
    ConnectError error = inHead("application/proto", "application/proto", "gzip");

    assertThat(error.code()).isEqualTo(ConnectCode.INTERNAL);
    assertThat(error.message()).isEqualTo("the response is encoded as gzip, which was not offered");
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, application/json; charset=utf-8,",
    "application/json, Application/JSON, identity",
    "application/connect+proto, application/connect+proto, Identity"
  })
  void successThatIsWhatWasAskedForIsNoError(
      String asked, String contentType, @Nullable String encoding) {
    assertThat(ConnectError.ofHead(asked, contentType, encoding)).isEmpty();
  }

  private static ConnectError inHead(
      String asked, @Nullable String contentType, @Nullable String encoding) {
    return ConnectError.ofHead(asked, contentType, encoding).orElseThrow();
  }

  private static ConnectError error(int status, @Nullable String contentType, String body) {
    return ConnectError.ofResponse(status, contentType, body.getBytes(UTF_8));
  }
}
