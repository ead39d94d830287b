import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Holds a folder that is laid out as a Maven repository against what Maven Central requires
 * (https://central.sonatype.org/publish/requirements/). The argument is the folder. Prints what is
 * wrong, a line each, and ends with 1; or how much was checked.
 */
class CentralRules {
  private static final List<String> REQUIRED =
      List.of("name", "description", "url", "licenses", "developers", "scm");
  private static final List<String> CHECKSUMS = List.of("md5", "sha1");

  private final Path repository;
  private final List<String> faults = new ArrayList<>();
  private int files;

  CentralRules(Path repository) {
    this.repository = repository;
  }

  public static void main(String[] arguments) throws Exception {
    CentralRules rules = new CentralRules(Path.of(arguments[0]));
    List<Path> poms = rules.poms();
    for (Path pom : poms) {
      rules.checkArtifact(pom);
    }
    rules.faults.forEach(System.out::println);
    if (!rules.faults.isEmpty() || poms.isEmpty()) {
      System.out.println(rules.faults.size() + " faults in " + poms.size() + " artifacts");
      System.exit(1);
    }
    System.out.println(
        poms.size() + " artifacts, " + rules.files + " files: as Maven Central requires");
  }

  private List<Path> poms() throws IOException {
    try (Stream<Path> found = Files.walk(repository)) {
      return found.filter(file -> file.toString().endsWith(".pom")).sorted().toList();
    }
  }

  private void checkArtifact(Path pom) throws Exception {
    Element project = parse(pom);
    String artifact = text(project, "artifactId").orElseThrow();
    String version = pom.getParent().getFileName().toString();
    String base = artifact + "-" + version;
    require(!version.endsWith("-SNAPSHOT"), base + " is a snapshot");
    require(pom.getFileName().toString().equals(base + ".pom"), pom + " is not called " + base);
    for (String element : REQUIRED) {
      require(inherited(project, element), base + ".pom has no <" + element + ">");
    }
    require(child(project, "repositories").isEmpty(), base + ".pom has <repositories>");
    checkFile(pom);
    if (text(project, "packaging").orElse("jar").equals("jar")) {
      for (String kind : List.of("", "-sources", "-javadoc")) {
        checkFile(pom.resolveSibling(base + kind + ".jar"));
      }
    }
    try (Stream<Path> beside = Files.list(pom.getParent())) {
      for (Path file : beside.filter(CentralRules::isArtifact).toList()) {
        checkFile(file);
      }
    }
  }

  private static boolean isArtifact(Path file) {
    return !file.toString().matches(".*\\.(asc|md5|sha1|sha256|sha512)|.*maven-metadata.*");
  }

  /** It is there, its checksums are its own, and its signature is good. */
  private void checkFile(Path file) throws Exception {
    if (!Files.exists(file)) {
      require(false, file.getFileName() + " is missing");
      return;
    }
    files++;
    for (String kind : CHECKSUMS) {
      Path checksum = file.resolveSibling(file.getFileName() + "." + kind);
      String algorithm = kind.equals("md5") ? "MD5" : "SHA-1";
      byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
      require(
          Files.exists(checksum)
              && Files.readString(checksum).strip().equals(HexFormat.of().formatHex(digest)),
          checksum.getFileName() + " is missing or wrong");
    }
    Path signature = file.resolveSibling(file.getFileName() + ".asc");
    require(
        Files.exists(signature) && isGood(signature, file),
        signature.getFileName() + " is missing or wrong");
  }

  private static boolean isGood(Path signature, Path file) throws Exception {
    return new ProcessBuilder("gpg", "--batch", "--verify", signature.toString(), file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  /** In this POM, or in a parent that is in the repository too. */
  private boolean inherited(Element project, String element) throws Exception {
    if (child(project, element).isPresent()) {
      return true;
    }
    Optional<Element> parent = child(project, "parent");
    if (parent.isEmpty() || element.equals("name")) {
      return false;
    }
    String artifact = text(parent.get(), "artifactId").orElseThrow();
    String version = text(parent.get(), "version").orElseThrow();
    String group = text(parent.get(), "groupId").orElseThrow().replace('.', '/');
    Path pom =
        repository.resolve(group).resolve(artifact).resolve(version).resolve(artifact + "-" + version + ".pom");
    return Files.exists(pom) && inherited(parse(pom), element);
  }

  private void require(boolean holds, String fault) {
    if (!holds) {
      faults.add(fault);
    }
  }

  private static Element parse(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  private static Optional<Element> child(Element parent, String name) {
    NodeList children = parent.getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      Node node = children.item(i);
      if (node instanceof Element element && element.getTagName().equals(name)) {
        return Optional.of(element);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> text(Element parent, String name) {
    return child(parent, name).map(element -> element.getTextContent().strip());
  }
}
