package dev.previews.testkit;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    super(module("dev.previews.testkit..").mayMention("org.junit"));
  }
}
