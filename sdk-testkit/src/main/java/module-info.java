import org.jspecify.annotations.NullMarked;

/** Embedded local sandboxes for tests and first steps. */
@NullMarked
module dev.sandpiper.testkit {
  requires transitive dev.sandpiper.blaxel;
  requires transitive dev.sandpiper.e2b;
  requires com.fasterxml.jackson.databind;
  requires com.google.protobuf;
  requires org.eclipse.jetty.server;
  requires java.management;
  requires java.net.http;
  requires org.eclipse.jetty.alpn.server;
  requires org.eclipse.jetty.http;
  requires org.eclipse.jetty.http2.common;
  requires org.eclipse.jetty.http2.hpack;
  requires org.eclipse.jetty.http2.server;
  requires org.eclipse.jetty.io;
  requires org.eclipse.jetty.util;
  requires org.slf4j;

  exports dev.sandpiper.testkit;
  exports dev.sandpiper.testkit.faults;
}
