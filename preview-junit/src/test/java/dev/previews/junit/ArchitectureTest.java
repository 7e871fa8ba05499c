package dev.previews.junit;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    super(module("dev.previews.junit").mayMention("org.junit"));
  }
}
