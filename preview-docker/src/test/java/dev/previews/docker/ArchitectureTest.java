package dev.previews.docker;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    super(module("dev.previews.docker.."));
  }
}
