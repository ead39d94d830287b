package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.testkit.e2b.connect.Codec;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the method of a request and handles the Connect protocol. */
final class RpcRouter {
  private final Map<String, RpcMethod> methods;

  /** Routes by path, for example {@code /process.Process/List}. */
  RpcRouter(Map<String, RpcMethod> methods) {
    this.methods = methods;
  }

  boolean knows(String path) {
    return methods.containsKey(path);
  }

  void handle(Exchange exchange, LocalSandbox sandbox, String user) throws IOException {
    RpcMethod method = methods.get(exchange.path());
    if (method == null) {
      exchange.pageNotFound();
      return;
    }
    if (!exchange.method().equals("POST")) {
      exchange.methodNotAllowed(List.of("POST"));
      return;
    }
    String prefix = method instanceof RpcMethod.Unary ? "application/" : "application/connect+";
    Codec codec = codec(exchange.header("Content-Type"), prefix);
    if (codec == null) {
      exchange.set("Accept-Post", String.join(", ", contentTypes(prefix)));
      exchange.answer(415);
    } else if (method instanceof RpcMethod.Unary<?> unary) {
      new UnaryCall(exchange, codec).run(unary, sandbox, user);
    } else {
      new StreamCall(exchange, codec).run(method, sandbox, user);
    }
  }

  private static @Nullable Codec codec(@Nullable String contentType, String prefix) {
    if (contentType == null) return null;
    String type = contentType.toLowerCase(Locale.ROOT).replace("; charset=utf-8", "");
    for (Codec codec : Codec.values()) {
      if (type.equals(prefix + codec.wireName())) return codec;
    }
    return null;
  }

  private static List<String> contentTypes(String prefix) {
    List<String> types = new ArrayList<>();
    types.add(prefix + "json");
    types.add(prefix + "json; charset=utf-8");
    types.add(prefix + "proto");
    return types;
  }

  static void checkVersion(Exchange exchange) {
    String version = exchange.header("Connect-Protocol-Version");
    if (version != null && !version.equals("1")) {
      throw RpcException.invalid("Connect-Protocol-Version must be \"1\": got \"" + version + "\"");
    }
  }

  /** Whether a message's encoding, which may be absent, is gzip. */
  static boolean isGzip(@Nullable String encoding) {
    if (encoding == null || encoding.isEmpty() || encoding.equals("identity")) return false;
    if (encoding.equals("gzip")) return true;
    throw RpcException.unimplemented(
        "unknown compression \"" + encoding + "\": supported encodings are gzip");
  }

  /** Whether a list of encodings contains gzip. */
  static boolean acceptsGzip(@Nullable String encodings) {
    if (encodings == null) return false;
    for (String encoding : encodings.split(",", -1)) {
      if (encoding.trim().equals("gzip")) return true;
    }
    return false;
  }
}
