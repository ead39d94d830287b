package consumer.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.client.RestTemplate;

/** What Spring's own converter writes. */
final class Json {
  private Json() {}

  static String of(Object value) throws IOException {
    for (HttpMessageConverter<?> converter : new RestTemplate().getMessageConverters()) {
      if (converter.canWrite(value.getClass(), MediaType.APPLICATION_JSON)) {
        return written(converter, value);
      }
    }
    throw new IOException("Spring has no converter for " + value.getClass());
  }

  @SuppressWarnings("unchecked")
  private static String written(HttpMessageConverter<?> converter, Object value)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HttpHeaders headers = new HttpHeaders();
    HttpOutputMessage message =
        new HttpOutputMessage() {
          @Override
          public OutputStream getBody() {
            return out;
          }

          @Override
          public HttpHeaders getHeaders() {
            return headers;
          }
        };
    ((HttpMessageConverter<Object>) converter).write(value, MediaType.APPLICATION_JSON, message);
    return out.toString(UTF_8);
  }
}
