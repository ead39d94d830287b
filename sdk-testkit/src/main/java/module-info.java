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
  requires static dev.sandpiper.fake;
  requires static org.assertj.core;
  requires static org.junit.jupiter.api;
  requires static org.junit.jupiter.params;
  requires static org.junit.platform.commons;

  exports dev.sandpiper.testkit;
  exports dev.sandpiper.testkit.contract;
  exports dev.sandpiper.testkit.faults;
  exports dev.sandpiper.testkit.junit;

  opens dev.sandpiper.testkit.contract;
  opens dev.sandpiper.testkit.junit;
}
