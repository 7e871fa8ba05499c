package dev.previews.machines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A namespace of a test's own on {@link TestCluster}; gone, with all in it, when it is closed. */
public final class TestNamespace implements AutoCloseable {
  /** Several JVMs, engines and a whole cluster share a machine with the tests. */
  private static final int CONNECT_SECONDS = 60;

  private static final String KINDS =
      "pods,services,configmaps,persistentvolumeclaims,statefulsets.apps,jobs.batch";
  private static final Pattern TOKEN = Pattern.compile("\"token\":\\s*\"([^\"]+)\"");
  private static final Pattern CREDENTIALS =
      Pattern.compile("\"user\": \\{(\\}|.*?\\n {12}\\})", Pattern.DOTALL);

  private final String name = "previews-it-" + UUID.randomUUID().toString().substring(0, 8);
  private final TestCluster cluster;
  private final Kubectl kubectl;

  private TestNamespace(TestCluster cluster, Kubectl kubectl) {
    this.cluster = cluster;
    this.kubectl = kubectl;
  }

  /** Makes one; see {@link Needed} for what happens when there is no cluster. */
  public static TestNamespace create() {
    TestCluster cluster = TestCluster.find();
    Kubectl kubectl = new Kubectl(cluster.kubectl());
    Needed.check(kubectl.isThere(), "kubectl for the cluster of the tests (lab/lab up kube)");
    TestNamespace namespace = new TestNamespace(cluster, kubectl);
    namespace.kubectl.run("", "create", "namespace", namespace.name);
    return namespace;
  }

  /** What the cluster calls it. */
  public String name() {
    return name;
  }

  /** The driver for it, as the cluster's administrator. */
  public String address() {
    return address(cluster.kubeconfig());
  }

  /** The driver for it. */
  public String address(Path kubeconfig) {
    return "kube://"
        + name
        + "?storageSize=1Gi&connectTimeout="
        + CONNECT_SECONDS
        + "&image="
        + encoded(cluster.machineImage())
        + "&kubeconfig="
        + encoded(kubeconfig.toString());
  }

  /** A store in it for a tunnel's profile. */
  public String secretStore(String store, Path kubeconfig) {
    return "kube://" + name + "/" + store + "?kubeconfig=" + encoded(kubeconfig.toString());
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** Makes what a manifest says. */
  public void apply(String manifest) {
    kubectl(manifest, "apply", "--filename", "-");
  }

  /** Writes the file with which a service account of the namespace reaches the cluster. */
  public Path kubeconfigOf(String serviceAccount, Path directory) {
    String token =
        kubectl(
            """
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
             "spec": {"expirationSeconds": 3600}}
            """,
            "create",
            "--raw",
            "/api/v1/namespaces/" + name + "/serviceaccounts/" + serviceAccount + "/token",
            "--filename",
            "-");
    String credentials = "\"user\": {\"token\": \"" + group(TOKEN, token, 1) + "\"}";
    String administrator =
        kubectl.run(
            "",
            "--kubeconfig=" + cluster.kubeconfig(),
            "config",
            "view",
            "--raw",
            "--minify",
            "--flatten",
            "--output=json");
    try {
      return Files.writeString(
          directory.resolve("kubeconfig-" + serviceAccount),
          administrator.replace(group(CREDENTIALS, administrator, 0), credentials));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String group(Pattern pattern, String text, int group) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("kubectl wrote no " + pattern);
    }
    return matcher.group(group);
  }

  /** What is in it, but for Secrets and what each namespace has. */
  public List<String> objects() {
    return names(KINDS).stream().filter(it -> !it.endsWith("/kube-root-ca.crt")).toList();
  }

  /** The objects of a kind, or several with commas between, as {@code pod/name}. */
  public List<String> names(String kinds) {
    return kubectl("", "get", kinds, "--output=name").lines().toList();
  }

  /** The Pods of it. */
  public List<TestPod> pods() {
    return kubectl("", "get", "pods", "--output=jsonpath=" + TestPod.COLUMNS)
        .lines()
        .map(TestPod::parse)
        .toList();
  }

  /** Ends Pods without grace, and does not wait for the next ones. */
  public void killPods(String labelSelector) {
    kubectl(
        "",
        "delete",
        "pods",
        "--selector=" + labelSelector,
        "--grace-period=0",
        "--force",
        "--wait=false");
  }

  private String kubectl(String input, String... arguments) {
    List<String> argv = new ArrayList<>(List.of("--namespace=" + name));
    argv.addAll(List.of(arguments));
    return kubectl.run(input, argv.toArray(String[]::new));
  }

  /** Removes it, and does not wait until all is gone. Harmless when it is gone. */
  @Override
  public void close() {
    kubectl.run("", "delete", "namespace", name, "--ignore-not-found", "--wait=false");
  }
}
