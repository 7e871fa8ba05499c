package dev.previews.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** The service account of rbac.yaml in a namespace, with rights of that file and no other. */
final class RoleAccount {
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";

  private final LabNamespace namespace;

  private RoleAccount(LabNamespace namespace) {
    this.namespace = namespace;
  }

  /** It has no rights yet. */
  static RoleAccount create(LabNamespace namespace) throws IOException {
    RoleAccount account = new RoleAccount(namespace);
    account.apply(object("ServiceAccount"), "/api/v1", "serviceaccounts");
    return account;
  }

  /** Grants those of the file's rules. */
  void grant(Predicate<KubeObject> which) throws IOException {
    KubeObject role = object("Role");
    List<Map<String, Object>> rules =
        role.objects("rules").stream().filter(which).map(KubeObject::tree).toList();
    role.tree().put("rules", rules);
    apply(role, RBAC, "roles");
    apply(object("RoleBinding"), RBAC, "rolebindings");
  }

  private static KubeObject object(String kind) throws IOException {
    try (var in = Kube.class.getResourceAsStream("rbac.yaml")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return Manifests.parse("rbac.yaml", text).stream()
          .filter(it -> it.kind().equals(kind))
          .findFirst()
          .orElseThrow();
    }
  }

  private void apply(KubeObject object, String base, String resource) {
    String path = base + "/namespaces/" + namespace.name() + "/" + resource + "/" + object.name();
    Map<String, String> query = Map.of("fieldManager", "test", "force", "true");
    namespace.cluster().apply(path, object, query, LabNamespace.deadline()).orThrow();
  }

  /** The administrator's kubeconfig with the account's token for its own credentials. */
  Path kubeconfig(Path directory) throws IOException {
    String account = "/api/v1/namespaces/" + namespace.name() + "/serviceaccounts/previews/token";
    Map<String, Object> request =
        Map.of(
            "apiVersion", "authentication.k8s.io/v1",
            "kind", "TokenRequest",
            "spec", Map.of("expirationSeconds", 3600));
    String token =
        namespace
            .cluster()
            .post(account, request, LabNamespace.deadline())
            .orThrow()
            .text("status", "token");
    KubeObject config =
        Manifests.parse("kubeconfig", Files.readString(LabNamespace.kubeconfig())).get(0);
    config.objects("users").forEach(it -> it.tree().put("user", Map.of("token", token)));
    Path file = directory.resolve("kubeconfig");
    Files.writeString(file, new ObjectMapper().writeValueAsString(config.tree()));
    return file;
  }
}
