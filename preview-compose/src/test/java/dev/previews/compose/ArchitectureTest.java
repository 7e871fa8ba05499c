package dev.previews.compose;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    // Only this module's packages hand the engine to each other; its users see Deployer alone.
    super(module("dev.previews.compose..").mayMention("dev.previews.engine"));
  }
}
