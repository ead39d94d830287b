package dev.sandpiper.e2b.sessions;

import dev.sandpiper.SandboxSpec;

/** The environments that the API documents; {@link SandboxSpec#template} accepts any other name. */
public enum SessionEnvironment {
  NODEJS("Nodejs"),
  GO("Go"),
  BASH("Bash"),
  RUST("Rust"),
  PYTHON3("Python3"),
  PHP("PHP"),
  JAVA("Java"),
  PERL("Perl"),
  DOTNET("DotNET");

  private final String id;

  SessionEnvironment(String id) {
    this.id = id;
  }

  /** The API's name for it. */
  public String id() {
    return id;
  }

  /** A session in this environment. */
  public SandboxSpec spec() {
    return SandboxSpec.template(id);
  }
}
