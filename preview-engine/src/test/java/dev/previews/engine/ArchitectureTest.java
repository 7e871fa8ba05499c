package dev.previews.engine;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    super(module("dev.previews.engine..").asInternal());
  }
}
