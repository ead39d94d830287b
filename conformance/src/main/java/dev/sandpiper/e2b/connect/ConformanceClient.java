package dev.sandpiper.e2b.connect;

import connectrpc.conformance.v1.ClientCompat.ClientCompatRequest;
import connectrpc.conformance.v1.ClientCompat.ClientCompatResponse;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The program that the suite's runner drives: a request for each case comes in on standard input, a
 * report of what our client made of it goes out on standard output, in any order, each after its
 * length. Ends with its input.
 */
@NullMarked
public final class ConformanceClient {
  /** On two cores more than this only makes the cases that watch the clock wait. */
  private static final int CALLS_AT_A_TIME = 8;

  private final DataOutputStream out =
      new DataOutputStream(new FileOutputStream(FileDescriptor.out));
  private final ReentrantLock lock = new ReentrantLock();

  private ConformanceClient() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    new ConformanceClient().run(new DataInputStream(new BufferedInputStream(System.in)));
  }

  private void run(DataInputStream in) throws IOException, InterruptedException {
    ExecutorService callers = Executors.newFixedThreadPool(CALLS_AT_A_TIME);
    try (ReferenceServers servers = new ReferenceServers()) {
      ClientCompatRequest request;
      while ((request = read(in)) != null) {
        ConformanceCall call = new ConformanceCall(request, servers);
        callers.execute(() -> write(call.run()));
      }
      callers.shutdown();
      if (!callers.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IOException("calls that do not end");
      }
    }
  }

  /** Null at the end of the input. */
  private static @Nullable ClientCompatRequest read(DataInputStream in) throws IOException {
    int length;
    try {
      length = in.readInt();
    } catch (EOFException e) {
      return null; // the runner has no more cases
    }
    return ClientCompatRequest.parseFrom(in.readNBytes(length));
  }

  private void write(ClientCompatResponse response) {
    lock.lock();
    try {
      out.writeInt(response.getSerializedSize());
      response.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }
}
