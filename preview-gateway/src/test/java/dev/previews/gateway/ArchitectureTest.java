package dev.previews.gateway;

import dev.previews.buildrules.ArchitectureRules;

class ArchitectureTest extends ArchitectureRules {
  ArchitectureTest() {
    super(module("dev.previews.gateway..").mayMention("io.netty"));
  }
}
