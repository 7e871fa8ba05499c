package dev.previews.compose;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    super(module("dev.previews.compose..").asInternal());
  }
}
