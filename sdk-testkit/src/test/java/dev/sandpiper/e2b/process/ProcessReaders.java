package dev.sandpiper.e2b.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import okio.Buffer;

/** What is read where it stands is what the codec reads, and nothing that the codec refuses. */
public final class ProcessReaders {
  private static final StartResponse KIND = StartResponse.getDefaultInstance();

  private ProcessReaders() {}

  public static void binary(byte[] input) throws MalformedStreamException {
    message(input, Codec.BINARY);
  }

  public static void json(byte[] input) throws MalformedStreamException {
    message(input, Codec.JSON);
  }

  private static void message(byte[] input, Codec codec) throws MalformedStreamException {
    ProcessMessage byCodec;
    try {
      byCodec = EventMapper.map(codec.decode(input, KIND).getEvent());
    } catch (MalformedStreamException e) {
      assertThatThrownBy(() -> inPlace(input, codec)).isInstanceOf(MalformedStreamException.class);
      throw e;
    }
    assertThat(inPlace(input, codec)).isEqualTo(byCodec);
  }

  /** Behind it comes the next message, of which nothing is taken. */
  private static ProcessMessage inPlace(byte[] input, Codec codec) throws MalformedStreamException {
    Buffer source = new Buffer().write(input).writeUtf8("next");
    try {
      ProcessMessage read =
          new ProcessMessages<>(codec, KIND, StartResponse::getEvent).read(source, input.length);
      assertThat(source.readUtf8()).isEqualTo("next");
      return read;
    } catch (MalformedStreamException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("all of it was there", e);
    }
  }
}
