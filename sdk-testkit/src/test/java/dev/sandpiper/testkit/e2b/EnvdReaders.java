package dev.sandpiper.testkit.e2b;

import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.testkit.e2b.connect.Codec;
import dev.sandpiper.testkit.e2b.connect.EnvelopeReader;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** What clients send to the embedded E2B, as fuzzers feed it. */
public final class EnvdReaders {
  private EnvdReaders() {}

  /** What a client is told instead of an answer. */
  public static Class<? extends Exception> refusal() {
    return RpcException.class;
  }

  public static void envelopes(byte[] input) throws IOException {
    Codec codec = input.length % 2 == 0 ? Codec.JSON : Codec.PROTO;
    EnvelopeReader reader = new EnvelopeReader(new ByteArrayInputStream(input), codec, true);
    while (reader.next(StartRequest.getDefaultInstance()) != null) {
      // each is read
    }
  }

  public static void json(byte[] input) {
    Codec.JSON.parse(input, StartRequest.getDefaultInstance());
  }
}
