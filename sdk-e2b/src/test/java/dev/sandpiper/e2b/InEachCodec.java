package dev.sandpiper.e2b;

import dev.sandpiper.e2b.connect.Frames;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/** A test that runs once in each codec. */
abstract class InEachCodec {
  @RegisterExtension final ScriptedE2b e2b;

  InEachCodec(E2bCodec codec) {
    e2b = new ScriptedE2b(codec);
  }

  @BeforeParameterizedClassInvocation
  static void speak(E2bCodec codec) {
    Frames.speak(codec);
  }

  @AfterParameterizedClassInvocation
  static void speakBinaryAgain() {
    Frames.speak(E2bCodec.BINARY);
  }
}
