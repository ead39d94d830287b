package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.e2b.connect.Frames;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/** A test of commands that runs once in each codec. */
abstract class ExecInEachCodec {
  static final String START = "POST /process.Process/Start";
  static final String LIST = "POST /process.Process/List";

  @RegisterExtension final ScriptedE2b e2b;

  ExecInEachCodec(E2bCodec codec) {
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

  ExecResult exec(Command command) throws Exception {
    return e2b.sandbox().processes().exec(command);
  }

  void answerTrue() {
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
  }
}
