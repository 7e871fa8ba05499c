package dev.previews.kube;

import dev.previews.machines.TestCluster;
import dev.previews.machines.TestImages;
import dev.previews.machines.TestNamespace;
import dev.previews.spi.Machine;
import dev.previews.testkit.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The lab's cluster as a place for the contracts: a namespace for the tests of a class, made when
 * it is needed.
 */
final class LabPlace implements Place, AfterAllCallback {
  private final boolean restricted;
  private Optional<KubeEnvironments> environments = Optional.empty();
  private Optional<String> address = Optional.empty();

  /** As the cluster's administrator. */
  LabPlace() {
    this(false);
  }

  private LabPlace(boolean restricted) {
    this.restricted = restricted;
  }

  /** With exactly the rights of rbac.yaml. */
  static LabPlace restricted() {
    return new LabPlace(true);
  }

  private synchronized KubeEnvironments environments() {
    if (environments.isEmpty()) {
      environments = Optional.of(new KubeEnvironments());
    }
    return environments.get();
  }

  @Override
  public synchronized String driver() {
    if (address.isEmpty()) {
      TestNamespace namespace = environments().namespace();
      address = Optional.of(restricted ? restrictedAddress(namespace) : namespace.address());
    }
    return address.get();
  }

  private static String restrictedAddress(TestNamespace namespace) {
    try {
      RoleAccount account = RoleAccount.create(namespace);
      account.grant(rule -> true);
      return namespace.address(account.kubeconfig(Files.createTempDirectory("previews-it")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String image() {
    return TestImages.busybox();
  }

  @Override
  public void require() {
    TestCluster.find();
  }

  @Override
  public List<String> leftovers(String environmentId) {
    return environments().leftovers(environmentId);
  }

  @Override
  public void kill(Machine machine) {
    environments().killPods(machine.id().value());
  }

  /** It may be used again, in another namespace. */
  @Override
  public synchronized void afterAll(ExtensionContext context) {
    environments.ifPresent(KubeEnvironments::close);
    environments = Optional.empty();
    address = Optional.empty();
  }
}
