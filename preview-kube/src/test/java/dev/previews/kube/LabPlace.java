package dev.previews.kube;

import dev.previews.spi.Machine;
import dev.previews.testkit.Place;
import java.util.List;
import java.util.Optional;

/** The lab's cluster as a place for the contracts. The namespace is made when it is needed. */
final class LabPlace implements Place, AutoCloseable {
  private Optional<LabNamespace> namespace = Optional.empty();

  private synchronized LabNamespace namespace() {
    if (namespace.isEmpty()) {
      namespace = Optional.of(LabNamespace.create());
    }
    return namespace.get();
  }

  @Override
  public String driver() {
    return namespace().address();
  }

  @Override
  public String image() {
    return System.getenv().getOrDefault("PREVIEW_LAB_BUSYBOX_IMAGE", "busybox:local");
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

  @Override
  public void close() {
    namespace.ifPresent(LabNamespace::close);
  }
}
