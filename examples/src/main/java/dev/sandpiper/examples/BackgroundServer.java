package dev.sandpiper.examples;

import dev.sandpiper.Command;
import dev.sandpiper.Endpoint;
import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Starts a web server in a sandbox, waits until it is ready, and talks to it from outside. */
public final class BackgroundServer {
  private static final String SERVER =
      """
      use IO::Socket::INET;
      my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0", Listen => 5) or die "no port: $!";
      $| = 1;
      print "listening on ", $server->sockport, "\\n";
      while (my $client = $server->accept) {
        while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
        my $body = "hello from process $$\\n";
        print $client "HTTP/1.1 200 OK\\r\\nContent-Length: ", length $body,
            "\\r\\nConnection: close\\r\\n\\r\\n$body";
        close $client;
        print "served\\n";
      }
      """;

  private BackgroundServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (Platform platform = Platform.of(args)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) throws IOException, InterruptedException {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        Process server = sandbox.processes().start(Command.of("perl", "-e", SERVER))) {
      int port = awaitPort(server);
      // Blaxel's gateway wants the account's token, which is handed out only if it is asked for.
      Endpoint endpoint =
          sandbox instanceof BlaxelSandbox blaxel
              ? blaxel.endpointWithAccountToken(port)
              : sandbox.endpoint(port);
      HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.uri());
      endpoint.headers().forEach(request::header);
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .build()
              .send(request.build(), HttpResponse.BodyHandlers.ofString());
      out.println("The server answered " + answer.statusCode() + ": " + answer.body().strip());
    }
    out.println("The server was stopped with its sandbox.");
  }

  /** Reads until it is ready. Closing the events means "no more": the server never waits for us. */
  private static int awaitPort(Process server) throws IOException {
    StringBuilder seen = new StringBuilder();
    try (EventStream<ProcessEvent> events = server.events()) {
      for (ProcessEvent event : events) {
        seen.append(event instanceof Output output ? output.text() : "");
        if (seen.indexOf("\n") >= 0) {
          return Integer.parseInt(seen.substring(0, seen.indexOf("\n")).replaceAll("\\D", ""));
        }
      }
    }
    throw new IOException("the server ended before it was ready: " + seen);
  }
}
