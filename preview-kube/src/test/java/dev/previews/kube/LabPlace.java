package dev.previews.kube;

import dev.previews.machines.TestImages;
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
  private Optional<LabNamespace> namespace = Optional.empty();
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

  private synchronized LabNamespace namespace() {
    if (namespace.isEmpty()) {
      namespace = Optional.of(LabNamespace.create());
    }
    return namespace.get();
  }

  @Override
  public synchronized String driver() {
    if (address.isEmpty()) {
      address = Optional.of(restricted ? restrictedAddress(namespace()) : namespace().address());
    }
    return address.get();
  }

  private static String restrictedAddress(LabNamespace namespace) {
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
    LabNamespace.require();
  }

  @Override
  public List<String> leftovers(String environmentId) {
    return namespace().leftovers(environmentId);
  }

  @Override
  public void kill(Machine machine) {
    namespace().killPods(machine.id().value());
  }

  /** It may be used again, in another namespace. */
  @Override
  public synchronized void afterAll(ExtensionContext context) {
    namespace.ifPresent(LabNamespace::close);
    namespace = Optional.empty();
    address = Optional.empty();
  }
}
