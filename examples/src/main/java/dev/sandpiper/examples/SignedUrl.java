package dev.sandpiper.examples;

import dev.sandpiper.Content;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bFileUrl;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.e2b.E2bSandboxSpec;
import dev.sandpiper.e2b.E2bUrlOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Lets somebody who has no account read one file of a sandbox, and another write one, by URLs that
 * are signed and expire. Only at E2B.
 */
public final class SignedUrl {
  private SignedUrl() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (Platform platform = Platform.ofE2b(args)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.e2b(), System.out);
    }
  }

  static void run(E2bClient client, PrintStream out) throws IOException, InterruptedException {
    // In a sandbox that is not secured every file is open to whoever knows its address.
    E2bSandboxSpec spec = E2bSandboxSpec.of(SandboxSpec.standard()).secure(true);
    E2bUrlOptions soonOver = E2bUrlOptions.expiringIn(Duration.ofMinutes(5));
    try (E2bSandbox sandbox = client.create(spec)) {
      sandbox.files().write("report.txt", Content.of("The river rose.\n"));

      E2bFileUrl report = sandbox.files().downloadUrl("report.txt", soonOver);
      HttpResponse<String> read = send(get(report.uri()), report);
      out.println("Read without a token, " + read.statusCode() + ": " + read.body().strip());

      URI unsigned = URI.create(report.uri().toString().replaceAll("&signature=[^&]*", ""));
      out.println("Without the signature: " + send(get(unsigned), report).statusCode() + ".");
      URI other = URI.create(report.uri().toString().replace("report.txt", "diary.txt"));
      out.println("For another file: " + send(get(other), report).statusCode() + ".");

      E2bFileUrl inbox = sandbox.files().uploadUrl("answer.txt", soonOver);
      HttpRequest.Builder answer =
          HttpRequest.newBuilder(inbox.uri())
              .header("Content-Type", "application/octet-stream")
              .POST(HttpRequest.BodyPublishers.ofString("Then it fell.\n"));
      int taken = send(answer, inbox).statusCode();
      String written = sandbox.files().readText("answer.txt").strip();
      out.println("Written without a token, " + taken + ": " + written);
    }
  }

  private static HttpRequest.Builder get(URI uri) {
    return HttpRequest.newBuilder(uri);
  }

  /** The headers name the sandbox where its address does not; none of them is a secret. */
  private static HttpResponse<String> send(HttpRequest.Builder request, E2bFileUrl url)
      throws IOException, InterruptedException {
    url.headers().forEach(request::header);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
