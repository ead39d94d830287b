package dev.sandpiper.testkit.e2b.envd;

import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/** The methods of one service, by the paths of requests. */
final class RpcService {
  private final String name;
  private final Map<String, RpcMethod> methods = new LinkedHashMap<>();

  /**
   * @param name with its package, for example {@code process.Process}
   */
  RpcService(String name) {
    this.name = name;
  }

  Map<String, RpcMethod> methods() {
    return methods;
  }

  private RpcService add(String method, RpcMethod handler) {
    methods.put("/" + name + "/" + method, handler);
    return this;
  }

  <Q extends Message> RpcService unary(
      String method, Q request, RpcMethod.UnaryHandler<Q> handler) {
    return add(method, new RpcMethod.Unary<>(request, handler));
  }

  <Q extends Message> RpcService serverStream(
      String method, Q request, RpcMethod.ServerStreamHandler<Q> handler) {
    return add(method, new RpcMethod.ServerStream<>(request, handler));
  }

  <Q extends Message> RpcService clientStream(
      String method, Q request, RpcMethod.ClientStreamHandler<Q> handler) {
    return add(method, new RpcMethod.ClientStream<>(request, handler));
  }
}
