package dev.sandpiper.e2b.process;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.ConnectStream;
import dev.sandpiper.e2b.process.ProcessMessage.Reported;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.engine.ScriptHost;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import okio.Buffer;

/** Runs the library's short scripts in a sandbox, as root. */
public record ScriptRunner(ProcessRpc rpc) implements ScriptHost {
  private static final Optional<String> ROOT = Optional.of("root");
  private static final int LONGEST_OUTPUT = 1 << 20;

  @Override
  public Result run(
      String operation,
      String subject,
      String script,
      List<String> arguments,
      Duration lifetime,
      CallScope scope) {
    StartRequest message =
        StartRequest.newBuilder()
            .setProcess(
                ProcessConfig.newBuilder()
                    .setCmd("/bin/sh")
                    .addAllArgs(List.of("-c", script, "sh"))
                    .addAllArgs(arguments))
            .setStdin(false)
            .build();
    try (ConnectStream<ProcessMessage> stream =
        rpc.in(scope)
            .startShort("the script to " + operation + " " + subject, message, ROOT, lifetime)) {
      return read(operation, subject, stream);
    } catch (MalformedStreamException e) {
      throw new WireFormatException(
          Failure.of(operation, subject, "malformed response: " + e.getMessage()), e);
    } catch (IOException e) {
      throw new ConnectionLostException(
          Failure.of(operation, subject, "the connection closed before the script ended"), null, e);
    }
  }

  private static Result read(String operation, String subject, ConnectStream<ProcessMessage> stream)
      throws IOException {
    Buffer output = new Buffer();
    ProcessMessage message;
    while ((message = stream.next()) != null) {
      ProcessEvent event = message instanceof Reported reported ? reported.event() : null;
      if (event instanceof Output piece && piece.channel() == Channel.STDOUT) {
        output.write(piece.asByteBuffer());
      }
      if (output.size() > LONGEST_OUTPUT) {
        throw new MalformedStreamException(
            "the script's output exceeds the limit of " + LONGEST_OUTPUT + " bytes");
      }
      if (event instanceof Ended end) {
        return new Result(end.status(), output.readString(StandardCharsets.UTF_8));
      }
    }
    throw new PlatformException(
        Failure.of(operation, subject, "the stream of the script ended without an end event"));
  }
}
