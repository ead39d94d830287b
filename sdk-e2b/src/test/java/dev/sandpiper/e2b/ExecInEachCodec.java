package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.e2b.connect.Frames;

/** A test of commands that runs once in each codec. */
abstract class ExecInEachCodec extends InEachCodec {
  static final String START = "POST /process.Process/Start";
  static final String LIST = "POST /process.Process/List";

  ExecInEachCodec(E2bCodec codec) {
    super(codec);
  }

  ExecResult exec(Command command) throws Exception {
    return e2b.sandbox().processes().exec(command);
  }

  void answerTrue() {
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
  }
}
