package dev.sandpiper.examples;

import dev.sandpiper.Command;
import dev.sandpiper.Endpoint;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelProcess;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.blaxel.BlaxelSandboxSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/**
 * A server in a Blaxel sandbox that goes on when nobody is connected: Blaxel puts a sandbox to
 * sleep with all that runs in it some seconds after the last connection, unless a process was
 * started with {@link BlaxelCommand#keepAlive}. Runs at Blaxel if {@code BL_API_KEY} and {@code
 * BL_WORKSPACE} are set, else on this machine.
 */
public final class ServerThatKeepsAwake {
  private static final int BLAXEL_PORT = 3000;

  private static final String SERVER =
      """
      use IO::Socket::INET;
      my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => shift, Listen => 5,
          ReuseAddr => 1) or die "no port: $!";
      while (my $client = $server->accept) {
        while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
        my $body = "awake\\n";
        print $client "HTTP/1.1 200 OK\\r\\nContent-Length: ", length $body,
            "\\r\\nConnection: close\\r\\n\\r\\n$body";
        close $client;
      }
      """;

  private ServerThatKeepsAwake() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (Platform platform = Platform.ofBlaxel(args)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.blaxel(), platform.isLocal() ? freePort() : BLAXEL_PORT, System.out);
    }
  }

  static void run(BlaxelClient client, int port, PrintStream out)
      throws IOException, InterruptedException {
    BlaxelSandboxSpec spec = BlaxelSandboxSpec.of(SandboxSpec.standard()).port(port);
    try (BlaxelSandbox sandbox = client.create(spec)) {
      Command command = Command.of("perl", "-e", SERVER, Integer.toString(port));
      BlaxelCommand server = BlaxelCommand.of(command).name("web").keepAlive(Duration.ofHours(1));
      ProcessRef ref;
      try (BlaxelProcess process = sandbox.processes().start(server)) {
        process.waitForPorts(Duration.ofSeconds(30), port);
        ref = process.detach();
      }
      out.println("It listens, and keeps the sandbox awake for an hour at most.");
      out.println("It answers: " + get(sandbox.endpointWithAccountToken(port)));
      try (BlaxelProcess found = sandbox.processes().attachNamed("web")) {
        out.println("Found again by its name: " + found.ref().equals(ref));
        found.signal(Signal.TERM);
        out.println("Stopped: " + found.waitFor());
      }
    }
  }

  private static String get(Endpoint endpoint) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.uri());
    for (Map.Entry<String, String> header : endpoint.headers().entrySet()) {
      request.header(header.getKey(), header.getValue());
    }
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body().strip();
  }

  /** On this machine ports are shared with everybody else. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
