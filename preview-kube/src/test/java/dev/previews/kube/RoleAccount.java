package dev.previews.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import dev.previews.machines.TestNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** The service account of rbac.yaml in a namespace, with rights of that file and no other. */
final class RoleAccount {
  private final TestNamespace namespace;

  private RoleAccount(TestNamespace namespace) {
    this.namespace = namespace;
  }

  /** It has no rights yet. */
  static RoleAccount create(TestNamespace namespace) throws IOException {
    RoleAccount account = new RoleAccount(namespace);
    account.apply(object("ServiceAccount"));
    return account;
  }

  /** Grants those of the file's rules. */
  void grant(Predicate<KubeObject> which) throws IOException {
    KubeObject role = object("Role");
    List<Map<String, Object>> rules =
        role.objects("rules").stream().filter(which).map(KubeObject::tree).toList();
    role.tree().put("rules", rules);
    apply(role);
    apply(object("RoleBinding"));
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

  private void apply(KubeObject object) throws IOException {
    namespace.apply(new ObjectMapper().writeValueAsString(object.tree()));
  }

  Path kubeconfig(Path directory) {
    return namespace.kubeconfigOf("previews", directory);
  }
}
