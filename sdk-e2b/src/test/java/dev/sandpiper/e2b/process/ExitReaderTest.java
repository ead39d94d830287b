package dev.sandpiper.e2b.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.wire.MalformedStreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitReaderTest {

  private static EndEvent end(String status, int exitCode, boolean exited) {
    return EndEvent.newBuilder().setStatus(status).setExitCode(exitCode).setExited(exited).build();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 126, 127, 128, 137, 255})
  void statusAndCodeAgree(int code) throws Exception {
    assertThat(ExitReader.read(end("exit status " + code, code, true))).isEqualTo(new Exited(code));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 42, 255})
  void aCodeThatIsNotSetDoesNotTurnAFailureIntoSuccess(int code) throws Exception {
    assertThat(ExitReader.read(end("exit status " + code, 0, true))).isEqualTo(new Exited(code));
  }

  @ParameterizedTest
  @CsvSource({
    "hangup,1",
    "interrupt,2",
    "quit,3",
    "illegal instruction,4",
    "trace/breakpoint trap,5",
    "aborted,6",
    "bus error,7",
    "floating point exception,8",
    "killed,9",
    "user defined signal 1,10",
    "segmentation fault,11",
    "user defined signal 2,12",
    "broken pipe,13",
    "alarm clock,14",
    "terminated,15",
    "stack fault,16",
    "CPU time limit exceeded,24",
    "file size limit exceeded,25",
    "virtual timer expired,26",
    "profiling timer expired,27",
    "I/O possible,29",
    "power failure,30",
    "bad system call,31",
    "signal 34,34",
    "signal 64,64",
    "signal 65,0",
    "signal 99,0",
    "child exited,0",
    "something new,0"
  })
  void everyNameOfGoIsASignal(String name, int number) throws Exception {
    Signaled expected = new Signaled(new Signal(number));
    assertThat(ExitReader.read(end("signal: " + name, -1, false))).isEqualTo(expected);
    assertThat(ExitReader.read(end("signal: " + name + " (core dumped)", -1, false)))
        .isEqualTo(expected);
    assertThat(ExitReader.read(end("signal: " + name, 0, false))).isEqualTo(expected);
  }

  @Test
  void theCodeStandsAloneWhereTheStatusIsEmpty() throws Exception {
    assertThat(ExitReader.read(end("", 0, true))).isEqualTo(new Exited(0));
    assertThat(ExitReader.read(end("", 3, true))).isEqualTo(new Exited(3));
    assertThat(ExitReader.read(end("", -1, false))).isEqualTo(new Signaled(Signal.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "'',0,false",
    "'',1,false",
    "'',-1,true",
    "'',256,true",
    "'',-2,false",
    "exit status 0,1,true",
    "exit status 0,-1,false",
    "exit status 1,2,true",
    "exit status 256,0,true",
    "exit status 999999999,0,true",
    "exit status 9999999999,0,true",
    "exit status -1,-1,true",
    "exit status,0,true",
    "'exit status ',0,true",
    "'exit status 0 ',0,true",
    "' exit status 0',0,true",
    "Exit status 0,0,true",
    "exit status 0x0,0,true",
    "exit status ٠,0,true",
    "signal: killed,9,false",
    "signal: killed,-1,true",
    "signal: killed,0,true",
    "signal:,-1,false",
    "'signal: ',-1,false",
    "stop signal: stopped,-1,false",
    "continued,0,true",
    "0,0,true",
    "ok,0,true"
  })
  void whatContradictsItselfOrSaysNothingIsMalformedAndNeverZero(
      String status, int exitCode, boolean exited) {
    assertThatThrownBy(() -> ExitReader.read(end(status, exitCode, exited)))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void aStatusOfTwoLinesIsMalformed() {
    assertThatThrownBy(() -> ExitReader.read(end("exit status 0\nexit status 1", 0, true)))
        .isInstanceOf(MalformedStreamException.class);
    assertThatThrownBy(() -> ExitReader.read(end("exit status 0\n", 0, true)))
        .isInstanceOf(MalformedStreamException.class);
  }
}
