package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Users;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.Confinement;
import dev.sandpiper.testkit.machine.Home;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /files}: reads and writes whole files over plain HTTP. */
final class FilesEndpoint {
  static final String PATH = "/files";

  private static final List<String> SINGLE =
      List.of("path", "username", "signature", "signature_expiration");

  private FilesEndpoint() {}

  static void handle(Exchange exchange, LocalSandbox sandbox) throws IOException {
    if (!exchange.method().equals("GET") && !exchange.method().equals("POST")) {
      exchange.methodNotAllowed(List.of("GET", "POST"));
      return;
    }
    answerRefusals(
        exchange,
        () -> {
          Query query = exchange.query();
          String complaint = complaint(query);
          if (complaint == null) {
            transfer(exchange, sandbox, query);
          } else {
            exchange.text(400, complaint);
          }
        });
  }

  /** Handles a request, or rejects it. */
  @FunctionalInterface
  interface Answer {
    void send() throws IOException;
  }

  static void answerRefusals(Exchange exchange, Answer answer) throws IOException {
    try {
      answer.send();
    } catch (Refusal e) {
      exchange.failure(e.status(), e.message());
    } catch (Query.MalformedException e) {
      exchange.text(400, String.valueOf(e.getMessage()));
    } catch (Confinement.OutsideException e) {
      exchange.failure(403, String.valueOf(e.getMessage()));
    }
  }

  private static void transfer(Exchange exchange, LocalSandbox sandbox, Query query)
      throws IOException {
    boolean read = exchange.method().equals("GET");
    Signature.check(exchange, sandbox, query, read ? "read" : "write");
    String acting = acting(query.get("username"));
    if (read) {
      new Download(exchange, sandbox.home()).answer(path(query), acting);
    } else {
      new Upload(exchange, sandbox.home(), acting).answer(query.get("path"));
    }
  }

  /** The user in a request, or the default. */
  static String acting(@Nullable String user) {
    if (user == null) return Users.DEFAULT;
    if (Users.isKnown(user)) return user;
    throw new Refusal(401, "error looking up user '" + user + "': user: unknown user " + user);
  }

  /** The absolute path for one in a request. An error message begins with the complaint. */
  static String expand(Home home, String path, String user, String complaint) {
    try {
      return home.expand(path, user);
    } catch (Home.UserHomeException e) {
      throw new Refusal(400, complaint + ": " + e.getMessage());
    }
  }

  private static String path(Query query) {
    String path = query.get("path");
    return path == null ? "" : path;
  }

  /** The error in the parameters themselves; null if they are valid. */
  private static @Nullable String complaint(Query query) {
    for (String name : SINGLE) {
      if (query.all(name).size() > 1) {
        return "Invalid format for parameter "
            + name
            + ": multiple values for single value parameter '"
            + name
            + "'";
      }
    }
    String expiration = query.get("signature_expiration");
    if (expiration == null || expiration.matches("[+-]?\\d{1,18}")) return null;
    return "Invalid format for parameter signature_expiration: error binding string parameter:"
        + " strconv.ParseInt: parsing \""
        + expiration
        + "\": invalid syntax";
  }
}
